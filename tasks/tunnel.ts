import { err } from '../lib/base/result.ts';
import type { Diagnostic } from '../lib/model/diagnostic.ts';
import { holdsMark } from '../lib/model/output.ts';
import type { Step } from '../lib/model/project.ts';
import { tcpOf } from '../lib/model/ready-text.ts';
import { wrongStep } from '../lib/model/wrong-step.ts';
import { tunnelFields } from '../lib/schema/tunnel.ts';
import type { Task } from '../lib/task.ts';
import type { Way } from './tunnelling.ts';

const INTERVAL = 200;
const THERE = 'there:';

/** A port here that leads into a place, or one of the place that leads here, as long as a step needs it. */
export const tunnel: Task = {
  name: 'tunnel',
  summary:
    'A service: a port of this computer that leads into its sandbox, or one of the sandbox that leads here. Written below `tunnels:` as well.',
  example: `database:
  task: tunnel
  in: vm
  listen: 5432
  to: localhost:5432`,
  fields: tunnelFields,
  requires: ['in', 'listen', 'to'],
  service: { deadline: 30_000, interval: INTERVAL },
  refuses: [
    'run',
    'shell',
    'inputs',
    'outputs',
    'values',
    'state',
    'cache',
    'interactive',
    'service',
    'tools',
    'dir',
    'env',
    'passEnv',
    'secrets',
  ],
  plan(step) {
    const { listen = '', to = '' } = step.fields;
    return {
      value: {
        title: titleOf(step),
        settings: { listen: String(listen), to: String(to) },
        reads: { is: 'nothing' },
        makes: { is: 'nothing' },
        workspace: 'shares',
      },
      diagnostics: problems(step),
    };
  },
  async run({ step }, scope) {
    const way = wayOf(step);
    if ('wrong' in way) return err({ code: 'task-refused', message: way.wrong });
    const far = await scope.session();
    if (!far.ok) return far;
    const [{ localSandbox }, { keepUp, stayReady }] = await Promise.all([import('../lib/io/local.ts'), import('./tunnelling.ts')]);
    const near = await localSandbox('local', scope.io).connect(scope.signal);
    if (!near.ok) return near;
    // The place is this computer, and its port that of the tunnel.
    if (scope.sandbox.kind === 'local' && way.port === way.to.port) return stayReady(scope);
    const ends = way.there ? { from: far.value, to: near.value } : { from: near.value, to: far.value };
    return keepUp(way, ends, scope, step.service?.interval ?? INTERVAL);
  },
};

function titleOf({ fields: { listen, to }, sandbox }: Step): string {
  const port = String(listen);
  return port.startsWith(THERE)
    ? `port ${port.slice(THERE.length)} of ${sandbox} to ${to} here`
    : `port ${port} here to ${to} of ${sandbox}`;
}

function wayOf({ fields }: Step): Way | { readonly key: string; readonly wrong: string; readonly hint: string } {
  const listen = String(fields.listen);
  const there = listen.startsWith(THERE);
  const near = tcpOf(there ? listen.slice(THERE.length) : listen);
  if ('wrong' in near) return { key: 'listen', ...near };
  const to = tcpOf(String(fields.to));
  if ('wrong' in to) return { key: 'to', ...to };
  return { there, port: near.ready.port, to: to.ready };
}

function problems(step: Step): readonly Diagnostic[] {
  const { listen, to } = step.fields;
  if (listen === undefined || to === undefined || holdsMark(String(listen)) || holdsMark(String(to))) return [];
  const way = wayOf(step);
  return 'wrong' in way ? [wrongStep(step, { code: 'bad-value', message: way.wrong, hint: way.hint }, way.key)] : [];
}
