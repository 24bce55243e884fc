import { hintOf } from '../lib/base/suggest.ts';
import type { Diagnostic } from '../lib/model/diagnostic.ts';
import { GUEST_USER } from '../lib/model/machine-spec.ts';
import { holdsMark } from '../lib/model/output.ts';
import type { Draft } from '../lib/model/plan.ts';
import type { Project, Step } from '../lib/model/project.ts';
import { isWritten, wrongStep } from '../lib/model/wrong-step.ts';
import type { Task } from '../lib/task.ts';
import { hostPort, readinessOf, untilAnswered, WAYS, type Way } from './answered.ts';
import { textField } from './fields.ts';
import { MACHINE, machineDraft, NO_COMMAND, onMachine, subjectOf } from './machine.ts';

/** Waits until something answers: the guest of a machine, a port, an address, the sshd of a sandbox. */
export const waitFor: Task = {
  name: 'wait-for',
  summary: 'Waits until the machine of a sandbox lets us in; or until a port, an address or the sshd of a sandbox answers.',
  example: `wait-for:
  task: wait-for
  provides: builder
  needs: [start]
# of anything else
tunnel:
  task: wait-for
  tcp: localhost:12222
  timeout: 2m`,
  fields: {
    machine: MACHINE,
    tcp: {
      kind: 'string',
      description: 'Until something accepts connections there, seen from where the step runs; `localhost` without a host.',
      takes: ['text', 'endpoint'],
      examples: ['localhost:12222'],
    },
    http: {
      kind: 'string',
      description: 'Until this address answers with a status from 200 to 399, seen from where the step runs.',
      takes: ['text'],
      examples: ['http://localhost:8080/health'],
    },
    ssh: {
      kind: 'string',
      literal: true,
      format: 'name',
      description: 'Until this sandbox lets us in.',
      examples: ['vm'],
    },
  },
  outputs: { endpoint: 'endpoint' },
  refuses: NO_COMMAND,
  plan(step, scope) {
    const [way, second] = waysOf(step);
    if (way === undefined) return machineDraft(step, scope, 'wait for');
    const text = textField(step, way) ?? '';
    const value: Draft = {
      title: `wait for ${way === 'ssh' ? text : `${way} ${text}`}`,
      settings: { [way]: text },
      reads: { is: 'nothing' },
      makes: { is: 'nothing' },
      workspace: 'shares',
    };
    const other = second ?? (step.fields.machine === undefined ? undefined : 'machine');
    if (other === undefined) return { value, diagnostics: problems(step, way, scope.project) };
    const message = `step ${step.id}: \`${way}\` and \`${other}\` cannot stand together`;
    return {
      value,
      diagnostics: [wrongStep(step, { code: 'conflicting-keys', message, hint: 'a step waits for one: write two steps' }, other)],
    };
  },
  run(action, scope) {
    const [way] = waysOf(action.step);
    if (way !== undefined) return untilAnswered(action.step, way, scope);
    const user = scope.project.sandboxes.get(subjectOf(action.step) ?? '')?.user ?? GUEST_USER;
    return onMachine(action, scope, {
      act: (machine, deed) => machine.waitFor(deed),
      already: 'it lets us in already',
      values: ({ endpoint: { address, port } }) => ({ endpoint: `${user}@${hostPort(address, port)}` }),
    });
  },
};

function waysOf(step: Step): readonly Way[] {
  return WAYS.filter((way) => step.fields[way] !== undefined || isWritten(step, way));
}

function problems(step: Step, way: Way, { sandboxes }: Project): readonly Diagnostic[] {
  const text = textField(step, way);
  if (text === undefined) return [];
  if (way === 'ssh') {
    if (sandboxes.has(text)) return [];
    const message = `step ${step.id}: there is no sandbox \`${text}\``;
    return [wrongStep(step, { code: 'bad-value', message, hint: hintOf(text, sandboxes.keys(), 'declare it under `sandboxes:`') }, way)];
  }
  const told = holdsMark(text) ? undefined : readinessOf(way, text);
  return told === undefined || 'ready' in told ? [] : [wrongStep(step, { code: 'bad-value', message: told.wrong, hint: told.hint }, way)];
}
