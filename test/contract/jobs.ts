import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../lib/base/result.ts';
import type { Exit } from '../../lib/model/exit.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Job, Session } from '../../lib/model/sandbox.ts';
import type { Script } from '../../lib/model/script.ts';
import type { Place, WithPlace } from './places.ts';
import { PAYLOADS, program } from './programs.ts';

const sh = (text: string, variables: Record<string, string> = {}): Script => ({
  shell: 'sh',
  text,
  variables: Object.entries(variables).map(([name, value]) => ({ name, value })),
  source: text.slice(0, 40),
});

export function job(folder: string, script: Script | string, more: Partial<Job> = {}): Job {
  const id = randomBytes(8).toString('hex');
  return {
    script: typeof script === 'string' ? sh(script) : script,
    cwd: folder,
    env: [],
    killGrace: 1000,
    attempt: `attempt-${id}`,
    run: `run-${id}`,
    ...more,
  };
}

interface Supervised {
  readonly exit: Result<Exit, Failure>;
  readonly output: string;
}

export async function supervised(session: Session, wanted: Job, signal = new AbortController().signal): Promise<Supervised> {
  const chunks: Uint8Array[] = [];
  const exit = await session.supervise(wanted, { signal, output: (chunk) => chunks.push(Buffer.from(chunk)) });
  return { exit, output: Buffer.concat(chunks).toString('utf8') };
}

const run = async (at: Place, script: Script | string, more: Partial<Job> = {}): Promise<Supervised> =>
  supervised(at.session, job(at.folder, script, more));

const code = (ended: Supervised): unknown => (ended.exit.ok ? ended.exit.value : ended.exit.error);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Commands of steps, in any place. */
export function jobContract(place: WithPlace): void {
  test('a command gives both streams in order and its exit code', () =>
    place(async (at) => {
      const ended = await run(at, 'echo one; echo two >&2; echo three; exit 7');
      assert.equal(code(ended), { code: 7 });
      assert.is(ended.output, 'one\ntwo\nthree\n');
      for (const n of [0, 1, 100, 127, 255]) assert.equal(code(await run(at, `exit ${n}`)), { code: n });
    }));

  test('the first failing command ends the script', () =>
    place(async (at) => {
      const ended = await run(at, 'echo a\nfalse\necho b');
      assert.equal(code(ended), { code: 1 });
      assert.is(ended.output, 'a\n');
      const bash = await run(at, {
        shell: 'bash',
        text: 'set -- one "two words"; printf "[%s]" "$@"; false | true',
        variables: [],
        source: 'bash',
      });
      assert.is(bash.output, '[one][two words]');
      assert.equal(code(bash), { code: 1 });
    }));

  test('an end by signal is never a success', () =>
    place(async (at) => {
      assert.equal(code(await run(at, 'kill -KILL $$')), { signal: 'SIGKILL' });
      assert.equal(code(await run(at, 'kill -TERM $$')), { signal: 'SIGTERM' });
    }));

  test('words, variables and environment arrive as written', () =>
    place(async (at) => {
      const words = PAYLOADS.filter((word) => word !== '');
      const argv = await run(at, { shell: 'argv', words: ['printf', '%s\\000', ...words], source: 'printf' });
      assert.equal(argv.output.split('\0'), [...words, '']);
      const variables = Object.fromEntries(words.map((word, n) => [`v${n}`, word]));
      const shown = await run(at, sh(words.map((_, n) => `printf '%s\\000' "$v${n}"`).join('\n'), variables));
      assert.equal(shown.output.split('\0'), [...words, '']);
      const env = words.map((word, n) => [`SBX_V${n}`, word] as const);
      const seen = await run(at, sh(words.map((_, n) => `printf '%s\\000' "$SBX_V${n}"`).join('\n')), { env });
      assert.equal(seen.output.split('\0'), [...words, '']);
      assert.is((await run(at, 'ls -A -I .sbx')).output, '', 'a word was run');
    }));

  test('what is declared is visible, what is not is not', () =>
    place(async (at) => {
      const ended = await run(at, 'env', { env: [['DECLARED', 'yes']], run: 'run-1', attempt: 'attempt-1' });
      assert.match(ended.output, /^DECLARED=yes$/m);
      assert.match(ended.output, /^SBX_RUN=run-1$/m);
      assert.match(ended.output, /^SBX_ATTEMPT=attempt-1$/m);
      for (const name of ['NODE_OPTIONS', 'SSH_AUTH_SOCK', 'MY_TOKEN', 'UVU_DEFER'])
        assert.not.match(ended.output, new RegExp(`^${name}=`, 'm'));
    }));

  test('it runs in its folder, reads nothing, and has no terminal', () =>
    place(async (at) => {
      const ended = await run(at, 'pwd -P; cat; test -t 0 || echo no terminal');
      assert.is(ended.output, `${at.folder}\nno terminal\n`);
      const nowhere = await run(at, 'echo never', { cwd: `${at.folder}/no/such` });
      assert.not(nowhere.exit.ok && 'code' in nowhere.exit.value && nowhere.exit.value.code === 0);
      assert.is(nowhere.output, '');
    }));

  test('a file is sourced if it is there', () =>
    place(async (at) => {
      await program(at, 'printf "export FROM_FILE=1\\nfalse\\n" >"$1/env"', [at.folder]);
      assert.is((await run(at, 'echo "<$FROM_FILE>"', { source: `${at.folder}/env` })).output, '<1>\n');
      assert.is((await run(at, 'echo "<$FROM_FILE>"', { source: `${at.folder}/other` })).output, '<>\n');
    }));

  test('a long script needs no long command line', () =>
    place(async (at) => {
      const ended = await run(at, `: ${'x'.repeat(300_000)}\necho "$1 end"`);
      assert.is(ended.output, ' end\n');
    }));

  test('the mark is gone while the command runs and back after its success only', () =>
    place(async (at) => {
      const path = `${at.folder}/holds/a b`;
      const read = async (): Promise<string> => text((await program(at, 'cat "$1" 2>/dev/null || printf none', [path])).stdout);
      const look = 'cat "holds/a b" 2>/dev/null || echo none';
      const first = await run(at, look, { mark: { path, value: 'key-1' } });
      assert.is(first.output, 'none\n');
      assert.is(await read(), 'key-1');
      const second = await run(at, `${look}; exit 1`, { mark: { path, value: 'key-2' } });
      assert.is(second.output, 'none\n');
      assert.is(await read(), 'none');
    }));

  test('aborting ends the whole tree, whatever it did to get away', () =>
    place(async (at) => {
      const stubborn = `
        trap '' TERM
        sh -c 'trap "" TERM; echo $$ >>pids; while :; do sleep 1; done' &
        setsid sh -c 'trap "" TERM HUP; echo $$ >>pids; while :; do sleep 1; done' >/dev/null 2>&1 &
        (nohup sh -c 'echo $$ >>pids; exec sleep 1000' >/dev/null 2>&1 &)
        env -i PATH="$PATH" setsid sh -c 'echo $$ >>pids; sh -c "echo \\$\\$ >>pids; exec sleep 1000"; :' >/dev/null 2>&1 &
        echo $$ >>pids
        while [ "$(wc -l <pids)" -lt 6 ]; do sleep 0.02; done
        echo ready
        while :; do sleep 1; done`;
      const stop = new AbortController();
      let output = '';
      const ended = await at.session.supervise(job(at.folder, stubborn, { killGrace: 300 }), {
        signal: stop.signal,
        output: (chunk) => {
          output += text(chunk);
          if (output.includes('ready')) stop.abort();
        },
      });
      assert.not(ended.ok && 'code' in ended.value && ended.value.code === 0);
      const left = await program(
        at,
        'for p in $(cat "$1/pids"); do [ -r /proc/$p/environ ] && [ -n "$(tr -d "\\000" </proc/$p/environ)" ] && echo $p; done',
        [at.folder],
      );
      assert.is(text(left.stdout), '');
      assert.is(text((await program(at, 'wc -l <"$1/pids"', [at.folder])).stdout).trim(), '6');
    }));

  test('hurried, it does not wait for what ignores TERM', () =>
    place(async (at) => {
      const stop = new AbortController();
      const hurry = new AbortController();
      const deaf = `trap '' TERM; echo ready; while :; do sleep 0.2; done`;
      const ended = await at.session.supervise(job(at.folder, deaf, { killGrace: 3_600_000 }), {
        signal: stop.signal,
        hurry: hurry.signal,
        output: () => {
          stop.abort();
          setTimeout(() => hurry.abort(), 200);
        },
      });
      assert.ok(ended.ok ? 'signal' in ended.value : ended.error.code === 'cancelled', JSON.stringify(ended));
      if (!ended.ok) assert.not.match(ended.error.message, /does not say/);
    }));

  test('aborted at any moment of its start, it ends and leaves nothing', () =>
    place(async (at) => {
      const moments = [0, 1, 2, 4, 6, 8, 10, 12, 15, 18, 22, 27, 35, 50];
      const runs = moments.map(async (ms) => {
        const stop = new AbortController();
        const wanted = job(at.folder, 'sleep 1000 & setsid sleep 1000 & sleep 1000', { killGrace: 200 });
        setTimeout(() => stop.abort(), ms);
        const ended = await supervised(at.session, wanted, stop.signal);
        assert.not(ended.exit.ok && 'code' in ended.exit.value && ended.exit.value.code === 0);
        if (!ended.exit.ok) assert.is(ended.exit.error.code, 'cancelled');
        const left = await program(at, 'grep -l "SBX_RUN=$1" /proc/[0-9]*/environ 2>/dev/null || :', [wanted.run]);
        assert.is(text(left.stdout), '', `${ms} ms`);
      });
      await Promise.all(runs);
    }));

  test('a child left in the background does not hold the step up', () =>
    place(async (at) => {
      const ended = await run(at, 'sleep 30 & echo $! >pid; echo done');
      assert.equal(code(ended), { code: 0 });
      assert.is(ended.output, 'done\n');
      await program(at, 'kill "$(cat "$1/pid")"', [at.folder]);
    }));

  test('ten commands at once, each with its own output', () =>
    place(async (at) => {
      const all = await Promise.all(Array.from({ length: 10 }, (_, n) => run(at, `sleep 0.1; echo ${n}; exit ${n}`)));
      assert.equal(
        all.map((one) => [one.output, code(one)]),
        Array.from({ length: 10 }, (_, n) => [`${n}\n`, { code: n }]),
      );
    }));

  test('much output passes whole', () =>
    place(async (at) => {
      let bytes = 0;
      const ended = await at.session.supervise(job(at.folder, 'head -c 50000000 /dev/zero; printf end'), {
        signal: new AbortController().signal,
        output: (chunk) => {
          bytes += chunk.length;
        },
      });
      assert.equal(ended.ok && ended.value, { code: 0 });
      assert.is(bytes, 50_000_003);
    }));
}
