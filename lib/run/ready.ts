import { limitOf } from '../io/limit.ts';
import type { Exit } from '../model/exit.ts';
import type { Clock } from '../model/io.ts';
import type { Step } from '../model/project.ts';
import type { Session } from '../model/sandbox.ts';
import type { Answer, Readiness, Service } from '../model/service.ts';
import type { RunScope } from '../task.ts';

// Asks whether a service is ready, in its place. Knows nothing of who needs it.

type AskReady = (signal: AbortSignal) => Promise<Answer>;

/** No single question takes longer, milliseconds, unless who asks says so. */
const LONGEST_QUESTION = 5000;
const WORDS_KEPT = 2000;
const LINE_KEPT = 8192;

/**
 * bash opens connections by itself; neither nc nor curl is everywhere. $1 host, $2 port, $3 path, $4 the name of the host. A header is read to its end, which
 * must come within some lines of some length; what comes drop by drop is bounded by the time of the question.
 */
const CONNECT = `command -v bash >/dev/null || exit 127
exec bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2"`;
const GET = `command -v bash >/dev/null || exit 127
exec bash -c 'exec 3<>"/dev/tcp/$1/$2" || exit 1
printf "GET %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: sbx\\r\\nAccept: */*\\r\\nConnection: close\\r\\n\\r\\n" "$3" "$4" >&3
cr=$(printf "\\r")
first= lines=0
while IFS= read -r -n 8192 line; do
  line=\${line%"$cr"}
  [ -n "$line" ] || break
  first=\${first:-$line}
  lines=$((lines + 1))
  if [ "\${#line}" -ge 8191 ] || [ "$lines" -gt 100 ]; then echo "its header has no end" >&2; exit 1; fi
done <&3
case $first in HTTP/*) status=\${first#* }; printf %s "\${status%% *}" ;; esac' bash "$1" "$2" "$3" "$4"`;

/** How to ask. `heard`: what the service itself said last. */
export async function openAsking(step: Step, ready: Readiness, scope: RunScope, heard = silent): Promise<AskReady> {
  const session = await scope.session();
  if (!session.ok) return async () => ({ is: 'never', why: session.error.message });
  switch (ready.by) {
    case 'start':
      return async () => ({ is: 'ready' });
    case 'line':
    case 'task':
      return async () => heard();
    case 'tcp':
      return (signal) => program(session.value, CONNECT, [ready.host, String(ready.port)], signal, () => undefined);
    case 'http': {
      const name = `${ready.host.includes(':') ? `[${ready.host}]` : ready.host}:${ready.port}`;
      const wrong = (status: string): string | undefined =>
        isWanted(status, ready.status) ? undefined : `it answers with ${status || 'nothing'}`;
      return (signal) => program(session.value, GET, [ready.host, String(ready.port), ready.path, name], signal, wrong);
    }
    case 'command':
      return (signal) => command(session.value, step, ready.text, scope, signal);
  }
}

/** Whether something else is there already, which would be taken for the service. */
export async function isTaken(step: Step, ready: Readiness, scope: RunScope, signal: AbortSignal): Promise<boolean> {
  if (ready.by !== 'tcp' && ready.by !== 'http') return false;
  const { host, port } = ready;
  const ask = await openAsking(step, { by: 'tcp', host, port }, scope);
  return (await askOnce(ask, signal)).is === 'ready';
}

/** One question, bounded as all are. */
export function askOnce(ask: AskReady, signal: AbortSignal): Promise<Answer> {
  return askWithin(ask, signal, LONGEST_QUESTION);
}

/** Asks until it is ready, or the deadline has passed, or there is no use in it. Rejects when aborted. */
export async function untilReady(
  ask: AskReady,
  { deadline, interval, longest = LONGEST_QUESTION }: Pick<Service, 'deadline' | 'interval'> & { readonly longest?: number },
  clock: Clock,
  signal: AbortSignal,
): Promise<Answer> {
  const end = clock.monotonic() + deadline;
  const left = (): number => Math.max(1, end - clock.monotonic());
  let last: Answer = TOO_LONG;
  for (;;) {
    const answer = await askWithin(ask, signal, Math.min(left(), longest));
    signal.throwIfAborted();
    // That the deadline cut a question short says less than the answer before.
    if (answer !== TOO_LONG) last = answer;
    if (last.is !== 'not-yet' || clock.monotonic() >= end) return last;
    await clock.sleep(Math.min(interval, left()), signal);
  }
}

async function askWithin(ask: AskReady, signal: AbortSignal, ms: number): Promise<Answer> {
  using limit = limitOf(signal, ms);
  return await ask(limit.signal);
}

async function program(
  session: Session,
  text: string,
  args: readonly string[],
  signal: AbortSignal,
  wrong: (stdout: string) => string | undefined,
): Promise<Answer> {
  const ended = await session.program(text, args, { signal });
  if (!ended.ok) return signal.aborted ? TOO_LONG : { is: 'never', why: ended.error.message };
  const { exit, stdout, stderr } = ended.value;
  if ('code' in exit && exit.code === 127)
    return { is: 'never', why: 'bash is not there, by which connections are asked for: use `command`' };
  if (signal.aborted) return TOO_LONG;
  if (!('code' in exit) || exit.code !== 0) return { is: 'not-yet', why: lastLine(stderr).replace(/^.*: /, '') || 'no connection' };
  const why = wrong(Buffer.from(stdout).toString('latin1'));
  return why === undefined ? { is: 'ready' } : { is: 'not-yet', why };
}

async function command(session: Session, step: Step, text: string, scope: RunScope, signal: AbortSignal): Promise<Answer> {
  const workspace = await scope.workspace();
  if (!workspace.ok) return { is: 'never', why: workspace.error.message };
  let words = '';
  const ended = await session.supervise(
    {
      script: { shell: 'sh', text, variables: [], source: text },
      cwd: step.dir === '.' ? workspace.value : `${workspace.value}/${step.dir}`,
      // The hash is of the command that it asks about; an audit knows that one by it.
      env: scope.env.filter(([name]) => name !== 'SBX_STEP_HASH'),
      killGrace: 0,
      attempt: scope.io.nonce(),
      run: scope.run,
    },
    {
      signal,
      hurry: signal,
      output: (chunk) => {
        words = (words + Buffer.from(chunk).toString()).slice(-WORDS_KEPT);
      },
    },
  );
  if (signal.aborted) return TOO_LONG;
  if (!ended.ok) return { is: 'never', why: ended.error.message };
  if ('code' in ended.value && ended.value.code === 0) return { is: 'ready' };
  return { is: 'not-yet', why: lastLine(words) || describeExit(ended.value) };
}

const SILENT: Answer = { is: 'not-yet', why: '' };
const silent = (): Answer => SILENT;
const TOO_LONG: Answer = { is: 'not-yet', why: 'no answer in time' };

function describeExit(exit: Exit): string {
  return 'code' in exit ? `exited with ${exit.code}` : `was ended by ${exit.signal}`;
}

function isWanted(status: string, wanted: number | undefined): boolean {
  if (!/^\d{3}$/.test(status)) return false;
  return wanted === undefined ? status >= '200' && status < '400' : Number(status) === wanted;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}

/** Listens to the service itself: for a line of its output, and for the word of its task. */
export class Listener {
  readonly #pattern: RegExp | undefined;
  readonly #decoder = new TextDecoder();
  #line = '';
  #answer: Answer = SILENT;

  constructor(ready: Readiness) {
    this.#pattern = ready.by === 'line' ? new RegExp(ready.pattern, 'u') : undefined;
  }

  readonly heard = (): Answer => this.#answer;

  readonly told = (answer: Answer): void => {
    this.#answer = answer;
  };

  readonly hear = (chunk: Uint8Array): void => {
    if (this.#pattern === undefined || this.#answer.is === 'ready') return;
    const lines = (this.#line + this.#decoder.decode(chunk, { stream: true })).split('\n');
    // A prompt without an end may be what is waited for.
    if (lines.some((line) => this.#pattern?.test(plain(line.slice(0, LINE_KEPT))))) this.#answer = { is: 'ready' };
    this.#line = (lines.at(-1) ?? '').slice(0, LINE_KEPT);
  };
}

/** Without colours and carriage returns. */
function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken away
  return line.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replace(/\r/g, '');
}
