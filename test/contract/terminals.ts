import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Terminal } from '../../lib/model/sandbox.ts';
import { job } from './jobs.ts';
import type { WithPlace } from './places.ts';
import { program } from './programs.ts';

/** A user at a terminal, without one: what was typed, what the screen got, whether keys are raw. */
class User implements Terminal {
  readonly input = Object.assign(new PassThrough(), { setRawMode: (raw: boolean) => this.modes.push(raw) });
  readonly output = new PassThrough();
  readonly type = 'xterm-256color';
  readonly modes: boolean[] = [];
  screen = '';
  size = { columns: 91, rows: 33 };
  #changed: (() => void) | undefined;
  #waiting: (() => void) | undefined;

  constructor() {
    this.output.on('data', (chunk: Buffer) => {
      this.screen += chunk.toString('utf8');
      this.#waiting?.();
    });
  }

  readonly columns = (): number => this.size.columns;
  readonly rows = (): number => this.size.rows;
  readonly onResize = (changed: () => void, signal: AbortSignal): void => {
    this.#changed = changed;
    signal.addEventListener('abort', () => {
      this.#changed = undefined;
    });
  };

  resize(columns: number, rows: number): void {
    this.size = { columns, rows };
    this.#changed?.();
  }

  press(keys: string): void {
    this.input.write(keys);
  }

  async sees(text: string | RegExp): Promise<void> {
    const there = (): boolean => (typeof text === 'string' ? this.screen.includes(text) : text.test(this.screen));
    const deadline = setTimeout(() => this.#waiting?.(), 40_000);
    const until = Date.now() + 40_000;
    while (!there()) {
      if (Date.now() >= until) throw new Error(`never seen: ${text}\n${this.screen}`);
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    clearTimeout(deadline);
  }
}

/** Commands on a terminal of a far side. */
export function terminalContract(place: WithPlace): void {
  test('a terminal has size, type and the exit code, and keys are given back', () =>
    place(async (at) => {
      const user = new User();
      const text = 'stty size; echo "$TERM"; test -t 0 && test -t 1 && echo terminal; pwd; echo "<$A>"; exit 5';
      const exit = await at.session.terminal(job(at.folder, text, { env: [['A', "it's\n!"]] }), user, new AbortController().signal);
      assert.equal(exit, { ok: true, value: { code: 5 } });
      assert.is(user.screen.replaceAll('\r', ''), `33 91\nxterm-256color\nterminal\n${at.folder}\n<it's\n!>\n`);
      assert.equal(user.modes, [true, false]);
      assert.is(user.input.listenerCount('data'), 0);
    }));

  test('keys arrive, a resize too, and Ctrl-C goes to the far side', () =>
    place(async (at) => {
      const user = new User();
      // Ctrl-C strikes what runs in front, `stty` after its last word as well: no failure of it may end the script.
      const text =
        'trap "echo interrupted" INT; trap "stty size || :" WINCH; echo ready; read -r line; echo "got $line"; while :; do sleep 0.1 || :; done';
      const stop = new AbortController();
      const running = at.session.terminal(job(at.folder, { shell: 'bash', text, variables: [], source: text }), user, stop.signal);
      await user.sees('ready');
      user.press('hello there\r');
      await user.sees('got hello there');
      user.resize(120, 40);
      await user.sees('40 120');
      user.press('\x03');
      await user.sees('interrupted');
      stop.abort();
      const exit = await running;
      assert.is(exit.ok ? 'ok' : exit.error.code, 'cancelled');
      assert.is(user.modes.at(-1), false);
    }));

  test('Ctrl-C ends what does not catch it, by its signal', () =>
    place(async (at) => {
      const user = new User();
      const running = at.session.terminal(
        job(at.folder, { shell: 'argv', words: ['sh', '-c', 'echo ready; sleep 100'], source: 'x' }),
        user,
        new AbortController().signal,
      );
      await user.sees('ready');
      const pressing = setInterval(() => user.press('\x03'), 200); // dash loses one that comes while it forks
      const exit = await running.finally(() => clearInterval(pressing));
      assert.ok(exit.ok);
      assert.not.equal(exit.value, { code: 0 });
    }));

  test('an abort ends what hangs on to a terminal', () =>
    place(async (at) => {
      const user = new User();
      const stop = new AbortController();
      const text =
        'trap "" HUP TERM INT; (setsid sh -c "trap \\"\\" HUP TERM; echo \\$\\$ >>pids; while :; do sleep 1; done" &) ; until [ -s pids ]; do sleep 0.02; done; echo $$ >>pids; echo ready; while :; do sleep 1; done';
      const running = at.session.terminal(job(at.folder, text, { killGrace: 200 }), user, stop.signal);
      await user.sees('ready');
      stop.abort();
      await running;
      const left = await program(
        at,
        'for p in $(cat "$1/pids"); do [ -n "$(tr -d "\\000" 2>/dev/null </proc/$p/environ)" ] && echo $p; done',
        [at.folder],
      );
      assert.is(Buffer.from(left.stdout).toString(), '');
    }));
}
