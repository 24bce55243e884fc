import { hintOf } from '../base/suggest.ts';
import type { Secret, Step, StepId } from '../model/project.ts';
import { isNoStep, type StepNames, stepsMeant, wholeName } from './names.ts';
import { checkShares } from './pools.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Entry } from './section.ts';
import type { StepsScope } from './steps.ts';
import { addUnknownSandbox } from './unknown-sandbox.ts';

interface Referred {
  readonly names: StepNames;
  readonly pools: ReadonlyMap<string, number>;
  readonly secrets: readonly Secret[];
}

/** What a step costs that another may need, in characters: every cell of a matrix can need every cell of another. */
const EDGE = 8;

/** Checks what steps refer to (other steps, sandboxes, pools, secrets), and puts the steps that are meant in the place of names. */
export function linkSteps(
  steps: Map<StepId, Step>,
  { names, pools, secrets }: Referred,
  all: Pick<StepsScope, 'sandboxes' | 'report'>,
): void {
  const { report } = all;
  const declared = new Set(secrets.map(({ name }) => name));
  const told = new Set<string>();
  for (const step of steps.values()) {
    if (report.isFull()) return;
    const entry = names.section.get(step.id) as Entry;
    const needs = linked(step.needs, 'needs', entry, names, report);
    const after = linked(step.after, 'after', entry, names, report);
    if (needs !== step.needs || after !== step.after) steps.set(step.id, { ...step, needs, after });
    if (all.sandboxes.get(step.sandbox)?.machine?.network === 'none') {
      const message = `no step can run in \`${step.sandbox}\`, a machine without a network`;
      report.add('conflicting-keys', message, entry.fields.get('in'), 'Take `network: none` away there.');
    }
    for (const key of ['provides', 'releases'] as const) {
      const name = step[key];
      if (name !== undefined && !all.sandboxes.has(name)) addUnknownSandbox(name, all.sandboxes.keys(), entry.fields.get(key), report);
    }
    checkShares(step, entry, pools, report);
    const [shown] = declared.size === 0 ? [] : (step.env.find(([name]) => declared.has(name) && !told.has(name)) ?? []);
    if (shown !== undefined) {
      told.add(shown);
      const message = `\`${shown}\` is a secret: as a variable of \`env\` or dotenv its value would be kept in records`;
      const hint = `Take it away there, and write \`secrets: [${shown}]\` in the steps that need it.`;
      report.add('conflicting-keys', message, entry.fields.get('env') ?? { ...entry.origin, part: 'key' }, hint);
    }
    for (const [i, name] of step.secrets.entries()) {
      if (declared.has(name)) continue;
      const hint = () => hintOf(name, declared, 'Declare it under `secrets:` at the top level.');
      report.add('unknown-secret', `there is no secret \`${name}\``, at(entry, 'secrets', i), hint);
    }
  }
}

/** The steps that the names mean; the names themselves, where each means the one step of that name. */
function linked(written: readonly string[], key: 'needs' | 'after', entry: Entry, names: StepNames, report: Report): readonly StepId[] {
  if (entry.unit === undefined && written.every((name) => names.section.has(name))) return written;
  const ids = new Set<StepId>();
  for (const [i, name] of written.entries()) {
    const meant = stepsMeant(name, entry, names);
    if (isNoStep(meant)) report.add('unknown-step', meant.message, at(entry, key, i), meant.hint);
    else if (report.spend((names.groups.get(wholeName(name, entry).split('@')[0] ?? '')?.length ?? 1) * EDGE))
      for (const id of meant) ids.add(id);
    else report.add('file-too-large', 'the steps of this project need too many others', at(entry, key, i), 'Put a step between them.');
  }
  return [...ids];
}

/** The item of a list, or the value that stands for a list of one. */
function at(entry: Entry, key: string, i: number): Origin | undefined {
  const field = entry.fields.get(key);
  return field === undefined || !Array.isArray(field.value) ? field : below(field, i);
}
