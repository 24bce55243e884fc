import { canonicalJson, type Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { SandboxName, StepId } from '../model/project.ts';
import type { Staleness } from '../model/staleness.ts';
import type { Tree, TreeEntry } from '../model/tree.ts';

/** The input trees behind two records, as far as they are still known: with both, the paths are named. Asked only if they differ. */
export interface Trees {
  before(): Tree | undefined;
  after(): Tree | undefined;
}

type Texts = { readonly [name: string]: string };

/** What a reason may need beyond the two records to name things as the user does. */
export interface Names {
  readonly sandbox: SandboxName;
  /** What the variables of the command stand for; see `expressionsOf`. */
  readonly expressions: ReadonlyMap<string, string>;
}

/** Why `after` is not what `before` was: one reason for each part that differs, the most telling first. Empty if their keys are equal. */
export function differences(
  before: FingerprintRecord,
  after: FingerprintRecord,
  { sandbox, expressions }: Names,
  trees?: Trees,
): readonly Staleness[] {
  const reasons: Staleness[] = [];
  if (before.task !== after.task) reasons.push({ code: 'task-changed', from: before.task, to: after.task });
  const rewritten = !same(textOf(before.command), textOf(after.command));
  if (rewritten) reasons.push({ code: 'command-changed' });
  const values = namesThatDiffer(valuesOf(before.command), valuesOf(after.command));
  // With another text, values that came or went with it are no news.
  const named = rewritten
    ? values.filter((name) => Object.hasOwn(valuesOf(before.command), name) && Object.hasOwn(valuesOf(after.command), name))
    : values;
  if (named.length > 0) reasons.push({ code: 'value-changed', names: named.map((name) => expressions.get(name) ?? name) });
  const settings = namesThatDiffer(
    before.settings as { readonly [field: string]: Json },
    after.settings as { readonly [field: string]: Json },
  );
  if (settings.length > 0) reasons.push({ code: 'settings-changed', names: settings });
  if (before.dir !== after.dir) reasons.push({ code: 'dir-changed', from: before.dir, to: after.dir });
  const env = namesThatDiffer(before.env, after.env);
  if (env.length > 0) reasons.push({ code: 'env-changed', names: env });
  if (before.inputs !== after.inputs) reasons.push(treeDifference(trees?.before(), trees?.after()));
  const probes = namesThatDiffer(before.place, after.place);
  if (probes.length > 0) {
    const change = (name: string) => ({ name, from: before.place[name] ?? '', to: after.place[name] ?? '' });
    reasons.push({ code: 'place-changed', sandbox, probes: probes.map(change) });
  }
  const tools = namesThatDiffer(before.tools, after.tools);
  if (tools.length > 0) reasons.push({ code: 'tool-changed', tools });
  const upstream = stepsThatDiffer(before.upstream, after.upstream);
  if (upstream.length > 0) reasons.push({ code: 'upstream-changed', steps: upstream });
  if (!same(before.outputs, after.outputs)) reasons.push(outputsDifference(before.outputs, after.outputs));
  if (!same(before.state, after.state)) reasons.push({ code: 'state-declared' });
  const secrets = namesThatDiffer(before.secrets, after.secrets);
  if (secrets.length > 0) reasons.push({ code: 'secret-changed', names: secrets });
  return reasons;
}

/** How two trees differ; lists are empty where a tree was forgotten. */
export function treeDifference(before: Tree | undefined, after: Tree | undefined): Staleness & { readonly code: 'inputs-changed' } {
  const changed: string[] = [];
  const added: string[] = [];
  const removed: string[] = [];
  if (!before || !after) return { code: 'inputs-changed', changed, added, removed };
  // Both are in code-unit order of their paths.
  let b = 0;
  let a = 0;
  while (b < before.entries.length || a < after.entries.length) {
    const old = before.entries[b];
    const now = after.entries[a];
    if (old && (!now || old.path < now.path)) {
      removed.push(old.path);
      b += 1;
    } else if (now && (!old || now.path < old.path)) {
      added.push(now.path);
      a += 1;
    } else if (old && now) {
      if (!sameEntry(old, now)) changed.push(now.path);
      b += 1;
      a += 1;
    }
  }
  return { code: 'inputs-changed', changed, added, removed };
}

function sameEntry(a: TreeEntry, b: TreeEntry): boolean {
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target;
  return b.kind === 'file' && a.digest === b.digest && a.executable === b.executable;
}

function same(a: Json, b: Json): boolean {
  return a === b || canonicalJson(a) === canonicalJson(b);
}

/** A command without the values it refers to. */
function textOf(command: Json): Json {
  if (command === null || typeof command !== 'object' || Array.isArray(command)) return command;
  return { ...command, variables: null };
}

function valuesOf(command: Json): Texts {
  if (command === null || typeof command !== 'object' || Array.isArray(command)) return {};
  return ((command as { readonly variables?: Texts }).variables ?? {}) as Texts;
}

function namesThatDiffer(before: { readonly [name: string]: Json }, after: { readonly [name: string]: Json }): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const own = (all: { readonly [name: string]: Json }, name: string): Json | undefined =>
    Object.hasOwn(all, name) ? all[name] : undefined;
  const differs = (name: string): boolean => {
    const old = own(before, name);
    const now = own(after, name);
    return old === undefined || now === undefined ? old !== now : !same(old, now);
  };
  return [...names].filter(differs).sort();
}

/** Steps whose contribution came or went. A step that was only renamed is none: its contribution is still there. */
function stepsThatDiffer(before: Texts, after: Texts): readonly StepId[] {
  const balance = new Map<string, number>();
  for (const digest of Object.values(before)) balance.set(digest, (balance.get(digest) ?? 0) - 1);
  for (const digest of Object.values(after)) balance.set(digest, (balance.get(digest) ?? 0) + 1);
  const steps = new Set<StepId>();
  for (const [step, digest] of Object.entries(before)) if ((balance.get(digest) ?? 0) < 0 && after[step] !== digest) steps.add(step);
  for (const [step, digest] of Object.entries(after)) if ((balance.get(digest) ?? 0) > 0 && before[step] !== digest) steps.add(step);
  return [...steps].sort();
}

function outputsDifference(before: Json, after: Json): Staleness {
  const old = globsOf(before);
  const now = globsOf(after);
  return {
    code: 'outputs-declared',
    added: now.filter((glob) => !old.includes(glob)).sort(),
    removed: old.filter((glob) => !now.includes(glob)).sort(),
  };
}

function globsOf(outputs: Json): readonly string[] {
  return (outputs as { readonly globs?: readonly string[] } | null)?.globs ?? [];
}
