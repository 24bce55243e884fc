import { err, ok, type Result } from '../../base/result.ts';
import { atMost } from '../../io/limit.ts';
import type { Exit } from '../../model/exit.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import { CANCELLED, lateFailure } from '../failures.ts';
import type { Keepalive } from '../handshake.ts';
import type { HostSettings } from '../host.ts';
import { Tail } from '../marked.ts';
import type { deadlineOf, Route } from '../route.ts';
import { ASK_PASS, answering, type Wanted } from './ask-pass.ts';
import { wordsTo } from './options.ts';
import { failureOf } from './said.ts';

/**
 * $1 is the folder, the rest is the ssh. It ends when stdin does, of which only sbx has the other end: however sbx ends, so does its ssh,
 * and the folder goes.
 */
const GUARD = `
folder=$1
shift
exec 3<&0 </dev/null
"$@" 3<&- &
ssh=$!
trap 'kill "$ssh"' HUP INT TERM
{ IFS= read -r line <&3; kill "$ssh"; } >/dev/null 2>&1 &
watch=$!
exec 3<&-
wait "$ssh"
code=$?
while kill -s 0 "$ssh" 2>/dev/null; do wait "$ssh"; done
kill "$watch" 2>/dev/null
rm -rf -- "$folder"
exit "$code"`;

/** Milliseconds between two looks whether it shares its connection yet, and until KILL when it is ended. */
const LOOK = 10;
const GRACE = 500;
/** So long a token may wait to be touched. */
const TOUCH = 60_000;
/** The socket's whole name, with what ssh puts behind it while it makes it, has 107 bytes at most. */
const LONGEST = 107 - '/sbx-link-XXXXXX/link.0123456789abcdef'.length;
const SAID = 4096;

/** Where an ssh of ours goes, and how. */
interface Destination extends Pick<Route, 'ask' | 'note'> {
  readonly settings: HostSettings;
  /** Text of its configuration. */
  readonly config: string;
  readonly keepalive: Keepalive;
  /** Milliseconds that `time` allows, for the message. */
  readonly patience: number;
  readonly time: ReturnType<typeof deadlineOf>;
}

/** An ssh of ours that has logged in and shares its connection. */
interface Master {
  readonly path: string;
  /** The last it said, and resolved when it has ended. */
  readonly said: () => string;
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

export async function startMaster(to: Destination, io: Io, signal: AbortSignal): Promise<Result<Master, Failure>> {
  const { settings, keepalive, patience, time } = to;
  const folder = shortFolder(io);
  if (folder === undefined)
    return err({ code: 'local-io', message: 'no folder with a short path can be made for the socket of ssh', hint: 'set TMPDIR' });
  const path = `${folder}/link`;
  const mark = io.nonce();
  io.files.writeFileSync(`${folder}/config`, to.config, { mode: 0o600 });
  io.files.writeFileSync(`${folder}/ask`, ASK_PASS, { mode: 0o700 });
  const said = new Tail(SAID);
  const over = new AbortController();
  const answer = answering({
    mark,
    files: io.files,
    ask: async ({ file, kind }: Wanted) =>
      to.ask && (await time.pausing(() => to.ask?.(file, over.signal, kind) ?? Promise.resolve(undefined), over.signal)),
    note: (text) => {
      to.note?.(text);
      void time.pausing(() => io.clock.sleep(TOUCH, over.signal).catch(() => {}), over.signal);
    },
  });
  let rest = '';
  const hear = (chunk: Uint8Array): void => {
    const lines = `${rest}${Buffer.from(chunk).toString('utf8')}`.split('\n');
    rest = (lines.pop() ?? '').slice(-SAID);
    for (const line of lines) {
      const kept = answer(line);
      if (kept !== undefined) said.push(Buffer.from(`${kept}\n`));
    }
  };
  const options = [
    `ServerAliveInterval=${Math.max(1, Math.ceil(keepalive.interval / 1000))}`,
    `ServerAliveCountMax=${keepalive.most}`,
    'ControlPersist=no',
  ];
  const life = leash();
  const gone = new AbortController();
  let exit: Result<Exit, Failure> | undefined;
  const ended = io
    .spawn(
      {
        file: 'sh',
        args: ['-c', GUARD, 'sh', folder, 'ssh', '-M', '-N', '-S', path, ...wordsTo(settings, `${folder}/config`, options)],
        cwd: '/',
        env: [...io.environment, ['SSH_ASKPASS', `${folder}/ask`], ['SSH_ASKPASS_REQUIRE', 'force'], ['SBX_ASK_MARK', mark]],
        stdin: life.stdin,
        killGrace: GRACE,
      },
      { signal: gone.signal, stdout: () => {}, stderr: hear },
    )
    .then((end) => {
      exit = end;
      life.release();
      io.files.rmSync(folder, { recursive: true, force: true });
    });
  const stop = async (): Promise<void> => {
    life.release();
    await atMost(GRACE, ended);
    if (exit === undefined) gone.abort();
    await ended;
  };
  const until = AbortSignal.any([signal, time.deadline]);
  while (exit === undefined && !until.aborted && !io.files.existsSync(path)) {
    await Promise.race([ended, io.clock.sleep(LOOK, until).catch(() => {})]);
  }
  over.abort();
  if (exit === undefined && !until.aborted) return ok({ path, said: () => `${said.text()}${rest}`, ended, stop });
  await stop();
  if (signal.aborted) return err(CANCELLED);
  if (time.deadline.aborted) return err(lateFailure(`${settings.hostname}:${settings.port}`, 'login', patience));
  if (exit !== undefined && !exit.ok) return exit;
  return err(failureOf(`${said.text()}${rest}`, settings));
}

/** A stdin that stays open until it is released. */
function leash(): { readonly stdin: AsyncIterable<Uint8Array>; release(): void } {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    await released;
    return { done: true, value: undefined };
  };
  return { stdin: { [Symbol.asyncIterator]: () => ({ next }) }, release };
}

function shortFolder({ environment, files }: Io): string | undefined {
  for (const parent of [environment.get('XDG_RUNTIME_DIR'), environment.get('TMPDIR'), '/tmp']) {
    if (!parent || Buffer.byteLength(parent) > LONGEST) continue;
    try {
      return files.mkdtempSync(`${parent}/sbx-link-`);
    } catch {
      // not writable: the next one
    }
  }
  return undefined;
}
