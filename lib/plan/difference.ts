import type { Digest } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { Difference, FileChange, NamedField } from '../model/difference.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { StepId } from '../model/project.ts';
import type { Tree } from '../model/tree.ts';
import { treeChanges } from './tree-changes.ts';

/** The trees behind two records, as far as they are still known: with both, the paths are named. Asked only if they differ. */
export interface Trees {
  before(): Tree | undefined;
  after(): Tree | undefined;
  /** The outputs of this digest that the step made. Without it the files of upstream are not named. */
  made?(step: StepId, outputs: Digest): Tree | undefined;
}

type Named = { readonly [name: string]: Json };

/**
 * Field by field how `after` differs from `before`, the most telling first. Empty if their keys are equal. `expressions`: what the variables of the command
 * stand for, see `expressionsOf`.
 */
export function difference(
  before: FingerprintRecord,
  after: FingerprintRecord,
  expressions: ReadonlyMap<string, string>,
  trees?: Trees,
): readonly Difference[] {
  const found: Difference[] = [];
  const text = (field: 'task' | 'shell' | 'command' | 'dir', from: string, to: string): void => {
    if (from !== to) found.push({ field, from, to });
  };
  const named = (field: NamedField, from: Named, to: Named): void => {
    for (const [name, change] of changesOf(from, to)) found.push({ field, name, ...change });
  };
  text('task', before.task, after.task);
  const old = partsOf(before.command);
  const now = partsOf(after.command);
  text('shell', old.shell, now.shell);
  text('command', old.text, now.text);
  for (const [name, change] of changesOf(old.values, now.values)) {
    // With another text, values that came or went with it are no news.
    if (old.text !== now.text && !('from' in change && 'to' in change)) continue;
    found.push({ field: 'value', name: expressions.get(name) ?? name, ...change });
  }
  named('setting', before.settings as Named, after.settings as Named);
  // What came or went did so with a text that it stands in.
  for (const [name, change] of changesOf(before.given ?? {}, after.given ?? {}))
    if ('from' in change && 'to' in change) found.push({ field: 'value', name, ...change });
  text('dir', before.dir, after.dir);
  named('env', before.env, after.env);
  if (before.inputs !== after.inputs) {
    found.push({ field: 'inputs', from: before.inputs, to: after.inputs, ...filesBetween(trees?.before(), trees?.after()) });
  }
  named('input command', before.commands ?? {}, after.commands ?? {});
  named('probe', before.place, after.place);
  named('tool', before.tools, after.tools);
  for (const step of stepsThatDiffer(before.upstream, after.upstream)) {
    const change = changeOf(before.upstream, after.upstream, step) as { readonly from?: Digest; readonly to?: Digest };
    const made = (digest: Digest | undefined): Tree | undefined => (digest === undefined ? undefined : trees?.made?.(step, digest));
    found.push({ field: 'upstream', name: step, ...change, ...filesBetween(made(change.from), made(change.to)) });
  }
  if (!same(before.outputs, after.outputs))
    found.push({ field: 'outputs', ...globsBetween(globsOf(before.outputs), globsOf(after.outputs)) });
  if (!same(before.state, after.state)) found.push({ field: 'state', ...globsBetween(before.state, after.state) });
  named('secret', before.secrets, after.secrets);
  return found;
}

function filesBetween(before: Tree | undefined, after: Tree | undefined): { readonly files?: readonly FileChange[] } {
  return before && after ? { files: treeChanges(before, after) } : {};
}

function same(a: Json, b: Json): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

/** What a command is made of; a task without one has nothing of it. */
function partsOf(command: Json): { readonly shell: string; readonly text: string; readonly values: Named } {
  const { shell, text, words, variables } = (command ?? {}) as {
    readonly shell?: string;
    readonly text?: string;
    readonly words?: readonly string[];
    readonly variables?: Named;
  };
  return { shell: shell ?? '', text: text ?? words?.map(oneWord).join('\n') ?? '', values: variables ?? {} };
}

/** Quoted where it could be taken for several. */
function oneWord(word: string): string {
  return /^[^\s"]+$/.test(word) ? word : JSON.stringify(word);
}

interface Change {
  readonly from?: Json;
  readonly to?: Json;
}

/** Names whose values differ, sorted. */
function changesOf(before: Named, after: Named): readonly (readonly [name: string, change: Change])[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].sort().flatMap((name) => {
    const change = changeOf(before, after, name);
    const isSame = change.from !== undefined && change.to !== undefined && same(change.from, change.to);
    return isSame ? [] : [[name, change] as const];
  });
}

function changeOf(before: Named, after: Named, name: string): Change {
  const from = Object.hasOwn(before, name) ? before[name] : undefined;
  const to = Object.hasOwn(after, name) ? after[name] : undefined;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Steps whose contribution came or went. A step that was only renamed is none: its contribution is still there. */
function stepsThatDiffer(before: FingerprintRecord['upstream'], after: FingerprintRecord['upstream']): readonly StepId[] {
  const balance = new Map<string, number>();
  for (const digest of Object.values(before)) balance.set(digest, (balance.get(digest) ?? 0) - 1);
  for (const digest of Object.values(after)) balance.set(digest, (balance.get(digest) ?? 0) + 1);
  const steps = new Set<StepId>();
  for (const [step, digest] of Object.entries(before)) if ((balance.get(digest) ?? 0) < 0 && after[step] !== digest) steps.add(step);
  for (const [step, digest] of Object.entries(after)) if ((balance.get(digest) ?? 0) > 0 && before[step] !== digest) steps.add(step);
  return [...steps].sort();
}

function globsBetween(before: readonly string[], after: readonly string[]): { readonly added: string[]; readonly removed: string[] } {
  return {
    added: after.filter((glob) => !before.includes(glob)).sort(),
    removed: before.filter((glob) => !after.includes(glob)).sort(),
  };
}

function globsOf(outputs: Json): readonly string[] {
  const { globs = [], values = {} } = (outputs ?? {}) as { readonly globs?: readonly string[]; readonly values?: Named };
  return [...globs, ...Object.entries(values).map(([name, kind]) => `${name}: ${kind}`)];
}
