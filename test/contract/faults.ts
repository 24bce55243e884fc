import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Result } from '../../lib/base/result.ts';
import type { Failure } from '../../lib/model/failure.ts';
import type { Io } from '../../lib/model/io.ts';
import { sshSandbox } from '../../lib/ssh/ssh.ts';
import { type ChaosProxy, type Fault, startProxy } from '../rig/proxy.ts';
import { job, supervised } from './jobs.ts';
import { connected, SOON, withFar } from './places.ts';
import { program } from './programs.ts';

const FAULTS: readonly Exclude<Fault, object | 'none'>[] = ['hole', 'half', 'reset', 'close', 'garbage'];
/** Bytes from the far side after which the fault strikes: before its banner, amid the key exchange, about the login. */
const CONNECTING = [1, 900, 1700];
const never = new AbortController().signal;
/** Every call must settle in this time, whatever happens; far above what it should take on the slowest machine. */
const LIMIT = 40_000;

async function settles<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not settled within ${LIMIT} ms`)), LIMIT);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

const code = (result: Result<unknown, Failure>): string => (result.ok ? 'ok' : result.error.code);

/** What becomes of a link when its way breaks, whoever carries it. */
export function faultsContract(by: 'builtin' | 'system'): void {
  const over = (io: Io): Io => ({ ...io, environment: new Map([...io.environment, ['SBX_SSH', by]]) });

  test('each fault in each phase of each call: the right failure in time, never a success', () =>
    withFar({ clientLines: ['HostKeyAlias sbx-far'] }, async (far) => {
      appendFileSync(far.sshd.knownHosts, `sbx-far ${readFileSync(join(far.sshd.folder, 'host_key.pub'), 'utf8')}`);
      const dialling = (proxy: ChaosProxy, patience = 30_000) =>
        sshSandbox(
          {
            name: 'vm',
            named: `far:${proxy.port}`,
            state: join(far.home, 'state'),
            ...SOON,
            patience,
            keepalive: { interval: 300, most: 3 },
          },
          far.io,
        );
      const withProxy = async (use: (proxy: ChaosProxy) => Promise<void>): Promise<void> => {
        await using proxy = await startProxy(far.sshd.port);
        await use(proxy);
      };
      const cases: Promise<void>[] = [];
      for (const fault of FAULTS) {
        for (const bytes of CONNECTING)
          cases.push(
            withProxy(async (proxy) => {
              proxy.after(bytes, fault);
              const session = await settles(dialling(proxy, 1500).connect(never));
              const said = code(session);
              // At the login the answer may have come just before: then the first program finds out.
              assert.ok(['unreachable', 'link-lost', 'host-key-changed'].includes(said), `${fault} after ${bytes}: ${said}`);
              if (!session.ok) assert.match(session.error.message, /:\d+/);
            }),
          );
        cases.push(
          withProxy(async (proxy) => {
            await using session = await connected(dialling(proxy));
            const running = session.program('echo begun; sleep 1; head -c 3000000 /dev/zero; echo end', [], {
              signal: never,
              stdout: () => proxy.set(fault),
            });
            const said = code(await settles(running));
            assert.ok(['link-lost', 'no-exit-status'].includes(said), `program, ${fault}: ${said}`);
            assert.is(code(await settles(session.program('true', [], { signal: never }))), 'link-lost', `next program, ${fault}`);
          }),
          withProxy(async (proxy) => {
            await using session = await connected(dialling(proxy));
            let heard = false;
            const running = session.supervise(job('/tmp', 'echo begun; sleep 2; echo end'), {
              signal: never,
              output: () => {
                if (!heard) proxy.set(fault);
                heard = true;
              },
            });
            const said = code(await settles(running));
            // Where only our own bytes vanish, the far side's true word may still arrive.
            assert.ok(['link-lost', 'no-exit-status', fault === 'half' ? 'ok' : ''].includes(said), `supervise, ${fault}: ${said}`);
          }),
          withProxy(async (proxy) => {
            await using session = await connected(dialling(proxy));
            async function* endless(): AsyncGenerator<Uint8Array> {
              for (;;) {
                yield Buffer.alloc(65_536);
                proxy.set(fault);
              }
            }
            const said = code(await settles(session.program('cat >/dev/null', [], { signal: never, stdin: endless() })));
            assert.ok(['link-lost', 'no-exit-status'].includes(said), `sending, ${fault}: ${said}`);
          }),
        );
        await Promise.all(cases.splice(0)); // one kind at a time: they share two cores
      }
    }));

  test('a slow network changes nothing but the time', () =>
    withFar({ clientLines: ['HostKeyAlias sbx-far'] }, async (far) => {
      appendFileSync(far.sshd.knownHosts, `sbx-far ${readFileSync(join(far.sshd.folder, 'host_key.pub'), 'utf8')}`);
      await using proxy = await startProxy(far.sshd.port);
      proxy.set({ delay: 20 });
      const sandbox = sshSandbox({ name: 'vm', named: `far:${proxy.port}`, state: join(far.home, 'state'), ...SOON }, over(far.io));
      await using session = await connected(sandbox);
      const ends = await Promise.all(
        Array.from({ length: 12 }, (_, n) => program({ session, folder: '/tmp' }, 'printf %s "$1"', [String(n)])),
      );
      assert.equal(
        ends.map((end) => Buffer.from(end.stdout).toString()),
        Array.from({ length: 12 }, (_, n) => String(n)),
      );
      const ended = await supervised(session, job('/tmp', 'echo out; exit 3'));
      assert.equal([ended.exit, ended.output], [{ ok: true, value: { code: 3 } }, 'out\n']);
    }));
}
