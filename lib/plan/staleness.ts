import type { Difference } from '../model/difference.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { SandboxName } from '../model/project.ts';
import type { Staleness } from '../model/staleness.ts';
import type { Tree } from '../model/tree.ts';
import { difference, type Trees } from './difference.ts';
import { treeChanges } from './tree-changes.ts';

/** What a reason may need beyond the two records to name things as the user does. */
interface UserNames {
  readonly sandbox: SandboxName;
  /** What the variables of the command stand for; see `expressionsOf`. */
  readonly expressions: ReadonlyMap<string, string>;
}

/** Why `after` is not what `before` was: one reason for each part that differs, the most telling first. Empty if their keys are equal. */
export function differences(
  before: FingerprintRecord,
  after: FingerprintRecord,
  { sandbox, expressions }: UserNames,
  trees?: Trees,
): readonly Staleness[] {
  const found = difference(before, after, expressions, trees);
  const of = <Field extends Difference['field']>(field: Field) =>
    found.filter((one): one is Difference & { readonly field: Field } => one.field === field);
  const names = (field: 'value' | 'setting' | 'env' | 'input command' | 'tool' | 'secret'): readonly string[] =>
    of(field).map(({ name }) => name);
  const reasons: Staleness[] = [];
  const some = <T>(list: readonly T[], reason: (list: readonly T[]) => Staleness): void => {
    if (list.length > 0) reasons.push(reason(list));
  };
  for (const { from, to } of of('task')) reasons.push({ code: 'task-changed', from, to });
  some([...of('shell'), ...of('command')], () => ({ code: 'command-changed' }));
  some(names('value'), (list) => ({ code: 'value-changed', names: list }));
  some(names('setting'), (list) => ({ code: 'settings-changed', names: list }));
  for (const { from, to } of of('dir')) reasons.push({ code: 'dir-changed', from, to });
  some(names('env'), (list) => ({ code: 'env-changed', names: list }));
  for (const { files } of of('inputs')) reasons.push(inputsReason(files));
  some(names('input command'), (list) => ({ code: 'command-output-changed', commands: list }));
  some(of('probe'), (list) => {
    const probes = list.map(({ name, from, to }) => ({ name, from: String(from ?? ''), to: String(to ?? '') }));
    return { code: 'place-changed', sandbox, probes };
  });
  some(names('tool'), (list) => ({ code: 'tool-changed', tools: list }));
  some(of('upstream'), (list) => ({ code: 'upstream-changed', steps: list.map(({ name }) => name) }));
  for (const { added, removed } of of('outputs')) reasons.push({ code: 'outputs-declared', added, removed });
  some(of('state'), () => ({ code: 'state-declared' }));
  some(names('secret'), (list) => ({ code: 'secret-changed', names: list }));
  return reasons;
}

/** How two trees differ; lists are empty where a tree was forgotten. */
export function treeDifference(before: Tree | undefined, after: Tree | undefined): Staleness & { readonly code: 'inputs-changed' } {
  return inputsReason(before && after && treeChanges(before, after));
}

function inputsReason(files: (Difference & { readonly field: 'inputs' })['files'] = []): Staleness & { readonly code: 'inputs-changed' } {
  return {
    code: 'inputs-changed',
    changed: files.filter(({ from, to }) => from && to).map(({ path }) => path),
    added: files.filter(({ from }) => !from).map(({ path }) => path),
    removed: files.filter(({ to }) => !to).map(({ path }) => path),
  };
}
