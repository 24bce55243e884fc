import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import type { Sandbox, Session } from '../../lib/model/sandbox.ts';
import type { Service } from '../../lib/model/service.ts';
import type { RunControl } from '../../lib/run/control.ts';
import type { KeepGoing } from '../../lib/run/settlement.ts';
import { pause } from '../rig/patience.ts';
import { LOCAL_SPEC, type Story, tell } from './story.ts';

const LINE: Service = { ready: { by: 'line', pattern: '^up$' }, deadline: 20_000, interval: 10 };

/** A service waits for its turn in a place; the step that has the place alone fails there after `meanwhile`. */
function inLine(keepGoing: KeepGoing, meanwhile: (control: RunControl) => void = () => {}): Story {
  let waits: (control: RunControl) => void = () => {};
  const waiting = new Promise<RunControl>((resolve) => {
    waits = resolve;
  });
  const no = async () => err({ code: 'command-failed', message: 'it says no' });
  const program = async () => {
    meanwhile(await waiting);
    return no();
  };
  const session = { program, supervise: no, [Symbol.asyncDispose]: async () => {} } as unknown as Session;
  const vm: Sandbox = { name: 'vm', kind: 'embedded', target: 'nowhere', connect: async () => ok(session) };
  return {
    sandboxes: [{ ...LOCAL_SPEC, name: 'vm', kind: 'embedded' }],
    places: [vm],
    steps: {
      bad: { sandbox: 'vm', task: 'teardown' },
      first: {},
      web: { sandbox: 'vm', after: ['first'], service: LINE },
      test: { needs: ['web'] },
    },
    keepGoing,
    seen: (event, control) => void (event.type === 'step-finished' && event.step === 'first' && waits(control)),
  };
}

const STOPPED = { is: 'skipped', because: { code: 'stopped' } };

test('after a failure no service begins that waited for its turn', async () => {
  const told = await tell(inLine('never'));
  assert.not(told.started.includes('web'));
  assert.equal([told.outcomes.bad?.is, told.outcomes.web, told.outcomes.test], ['failed', STOPPED, STOPPED]);
});

test('after a failure that does not end the run, the service that waited begins', async () => {
  assert.ok((await tell(inLine('dependencies-successful'))).started.includes('web'));
});

test('once the run is stopped no service begins that waited for its turn', async () => {
  const told = await tell(inLine('never', (control) => void control.stop(1, 'SIGINT')));
  assert.not(told.started.includes('web'));
  assert.equal([told.outcomes.bad, told.outcomes.web], [{ is: 'cancelled' }, STOPPED]);
});

test('after a service failed no step begins that waited for a slot', async () => {
  const told = await tell({
    jobs: 1,
    steps: {
      web: { run: 'exit 3', service: LINE },
      test: { needs: ['web'] },
      slow: { run: 'until [ -e failed ]; do sleep 0.02; done' },
      next: {},
    },
    seen: (event, _, folder) => {
      if (event.type === 'step-finished' && event.step === 'web') writeFileSync(join(folder, 'failed'), '');
    },
  });
  assert.equal([...told.started].sort(), ['slow', 'web']);
  assert.equal([told.outcomes.slow?.is, told.outcomes.next], ['succeeded', STOPPED]);
});

test('a fault of who asks whether a service is ready ends the service, and its last words are told', async () => {
  let questions = 0;
  let hasEnded = false;
  let words = '';
  const session = {
    program: async () => {
      if (questions++ > 0) throw new Error('a bug');
      return ok({ exit: { code: 1 }, stdout: Buffer.of(), stderr: '' });
    },
    supervise: async (_: unknown, { signal, output }: { signal: AbortSignal; output: (chunk: Uint8Array) => void }) => {
      output(Buffer.from('last words'));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await pause(20);
      hasEnded = true;
      return ok({ signal: 'SIGTERM' });
    },
    [Symbol.asyncDispose]: async () => {},
  } as unknown as Session;
  const told = tell({
    sandboxes: [{ ...LOCAL_SPEC, name: 'vm', kind: 'embedded' }],
    places: [{ name: 'vm', kind: 'embedded', target: 'nowhere', connect: async () => ok(session) }],
    steps: { web: { sandbox: 'vm', service: { ...LINE, ready: { by: 'tcp', host: 'localhost', port: 1 } } } },
    seen: (event) => {
      if (event.type === 'step-output') words += event.text;
    },
  });
  assert.is(
    await told.then(
      () => 'no fault',
      (thrown) => thrown.message,
    ),
    'a bug',
  );
  assert.ok(hasEnded);
  assert.match(words, 'last words');
});

test.run();
