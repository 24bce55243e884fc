import { hintOf } from '../base/suggest.ts';
import type { Secret, Step, StepId } from '../model/project.ts';
import { isFree } from '../schema/shape.ts';
import type { Entry, Section } from './layers.ts';
import { below, type Origin, type Report } from './report.ts';
import { addUnknownSandbox, type StepsScope } from './steps.ts';

interface Referred {
  readonly steps: ReadonlyMap<StepId, Step>;
  readonly section: Section;
  readonly called: Called;
  readonly pools: ReadonlyMap<string, number>;
  readonly secrets: readonly Secret[];
}

type Called = ReadonlyMap<string, readonly StepId[]>;

/** Checks what steps refer to: other steps, sandboxes, pools, secrets. */
export function checkReferences({ steps, section, called, pools, secrets }: Referred, all: Pick<StepsScope, 'sandboxes' | 'report'>): void {
  const { report } = all;
  const declared = new Set(secrets.map(({ name }) => name));
  for (const step of steps.values()) {
    if (report.isFull()) return;
    const entry = section.get(step.id) as Entry;
    for (const key of ['needs', 'after'] as const) {
      for (const [i, name] of step[key].entries()) {
        if (!section.has(name)) addUnknownStep(name, { section, called }, at(entry, key, i), report);
      }
    }
    for (const key of ['provides', 'releases'] as const) {
      const name = step[key];
      if (name !== undefined && !all.sandboxes.has(name)) addUnknownSandbox(name, entry.fields.get(key), all);
    }
    if (step.pool !== undefined && !pools.has(step.pool)) {
      const { pool } = step;
      const hint = () => hintOf(pool, pools.keys(), 'Declare it under `pools:`.');
      report.add('unknown-pool', `there is no pool \`${pool}\``, entry.fields.get('pool'), hint);
    }
    for (const [i, name] of step.secrets.entries()) {
      if (declared.has(name)) continue;
      const hint = () => hintOf(name, declared, 'Declare it under `secrets:` at the top level.');
      report.add('unknown-secret', `there is no secret \`${name}\``, at(entry, 'secrets', i), hint);
    }
  }
}

/** The item of a list, or the value that stands for a list of one. */
function at(entry: Entry, key: string, i: number): Origin | undefined {
  const field = entry.fields.get(key);
  return field === undefined || !Array.isArray(field.value) ? field : below(field, i);
}

export function addUnknownStep(
  name: string,
  { section, called }: { readonly section: Section; readonly called: Called },
  origin: Origin | undefined,
  report: Report,
): void {
  const [step] = called.get(name) ?? [];
  const hint = () => {
    if (step !== undefined) return `It is an alias, for the command line: write \`${step}\`.`;
    return isFree(name) ? 'What starts with x- is your own, and no step.' : hintOf(name, section.keys());
  };
  report.add('unknown-step', `there is no step \`${name}\``, origin, hint);
}
