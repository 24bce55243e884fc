import { createServer as httpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../../lib/base/json.ts';
import type { Failure } from '../../lib/model/failure.ts';
import { TASK } from '../../tasks/index.ts';
import { freePort } from '../rig/sshd.ts';
import { type Ran, type Workshop, withWorkshop } from '../run/real.ts';
import { projectOf, type StoryStep } from '../run/story.ts';
import { step } from '../sync/fixture.ts';

const waiting = (fields: { readonly [field: string]: Json }, more: StoryStep = {}): StoryStep => ({ task: 'wait-for', fields, ...more });

async function listening(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function failureOf({ events }: Ran): Failure | undefined {
  for (const event of events) if (event.type === 'step-finished' && event.outcome.is === 'failed') return event.outcome.failure;
  return undefined;
}

const ended = (server: Server): Promise<void> => new Promise((resolve) => void server.close(() => resolve()));

async function valuesOf(run: Workshop['run'], steps: Parameters<Workshop['run']>[0]): Promise<readonly unknown[]> {
  const { events, is } = await run(steps);
  return [is.it, ...events.flatMap((event) => (event.type === 'step-finished' ? [event.values] : []))];
}

test('Wait-for: a port that is open is there already; one that opens later is waited for', () =>
  withWorkshop(async ({ run }) => {
    const server = createServer((socket) => socket.destroy());
    const port = await listening(server);
    assert.equal(await valuesOf(run, { it: waiting({ tcp: `127.0.0.1:${port}` }) }), ['fresh', { endpoint: `127.0.0.1:${port}` }]);
    await ended(server);
    // It opens once the step has said that it is not there.
    const late = await run(
      { it: waiting({ tcp: `build@127.0.0.1:${port}` }) },
      {
        seen: (event) => {
          if (event.type === 'step-note' && event.text.includes('yet')) void listening(server, port);
        },
      },
    );
    assert.equal([late.is.it, late.exit], ['succeeded', 0]);
    assert.match(late.notes.join('\n'), new RegExp(`^no connection to 127.0.0.1:${port} yet: .*refused`, 'i'));
    await ended(server);
  }));

test('Wait-for: when its time is up it says what was waited for, and what was the last answer', () =>
  withWorkshop(async ({ run }) => {
    const port = await freePort();
    const late = await run({ it: waiting({ tcp: String(port) }, { timeout: 1000 }), after: { needs: ['it'] } });
    assert.equal([late.exit, late.is.it, late.is.after], [124, 'failed: timeout', 'skipped: upstream-failed']);
    const answer = late.notes.at(-1)?.replace(/^.* yet: /, '');
    const last = answer === undefined ? '' : `; last: ${answer}`;
    assert.is(failureOf(late)?.message, `there was no connection to localhost:${port} within 1s${last}`);
  }));

test('Wait-for: an address counts when it answers well; Ctrl-C ends the wait', () =>
  withWorkshop(async ({ run }) => {
    let status = 503;
    const server = httpServer((_, answer) => void answer.writeHead(status).end());
    const port = await listening(server);
    const url = `http://127.0.0.1:${port}/health`;
    const ran = await run(
      { it: waiting({ http: url }) },
      {
        seen: (event) => {
          if (event.type === 'step-note') status = 204;
        },
      },
    );
    assert.equal([ran.is.it, ran.notes[0]], ['succeeded', `no answer from ${url} yet: it answers with 503`]);
    status = 503;
    const stopped = await run(
      { it: waiting({ http: url }) },
      {
        seen: (event, running) => {
          if (event.type === 'step-note') running.stop(1, 'SIGINT');
        },
      },
    );
    assert.equal([stopped.exit, stopped.is.it], [130, 'cancelled']);
    await ended(server);
  }));

test('Wait-for: what it cannot wait for is told with its place', () => {
  const wrong = (fields: { readonly [field: string]: Json }): string => {
    const one = step('it', 'wait-for', { sandbox: 'local', fields, spanOf: (key) => ({ file: key ?? '-' }) as never });
    const project = projectOf({ steps: {} }, '/p');
    const sandbox = project.sandboxes.get('local');
    if (sandbox === undefined) throw new Error('no local');
    const { diagnostics = [] } = TASK.get('wait-for')?.plan(one, { project, sandbox, downstream: [] }) ?? {};
    return diagnostics.map(({ code, message, span }) => `${(span as unknown as { file: string }).file}: ${code}: ${message}`).join('\n');
  };
  assert.is(wrong({ tcp: '12222' }), '');
  assert.is(wrong({ tcp: '\0${{ steps.a.outputs.endpoint }}\0' }), '', 'known when that step has run');
  assert.is(wrong({ tcp: 'x:0' }), 'tcp: bad-value: `x:0` is no port of a host');
  assert.is(wrong({ http: 'https://x/' }), 'http: bad-value: only http is asked for');
  assert.is(wrong({ ssh: 'vm' }), 'ssh: bad-value: step it: there is no sandbox `vm`');
  assert.is(wrong({ tcp: '1', http: 'http://x/' }), 'http: conflicting-keys: step it: `tcp` and `http` cannot stand together');
  assert.is(wrong({ tcp: '1', machine: 'vm' }), 'machine: conflicting-keys: step it: `tcp` and `machine` cannot stand together');
});

test.run();
