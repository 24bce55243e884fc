import { type Digest, digestOf } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { Action } from '../model/plan.ts';
import type { Script } from '../model/script.ts';
import type { Pairs } from '../model/value.ts';

/** What has to be looked up before an action has a fingerprint. */
export interface Facts {
  /** Digest of the tree that the action reads; null if it reads none. */
  readonly inputs: Digest | null;
  /** What the steps that it needs contribute. */
  readonly upstream: { readonly [step: string]: Digest };
  readonly tools: { readonly [tool: string]: string };
  readonly place: { readonly [probe: string]: string };
  /** Versions of the declared secrets, '' without one. */
  readonly secrets: { readonly [name: string]: string };
}

/**
 * All that can change the result of the action. What is left out on purpose: the step's own name, sandbox, host, user and workspace, `passEnv`,
 * values of secrets, timeouts, retries, pools, descriptions: none of them changes what a command makes.
 */
export function recordOf(action: Action, facts: Facts): FingerprintRecord {
  const { step, draft } = action;
  const { makes } = draft;
  return {
    version: 1,
    task: step.task,
    command: step.script ? commandOf(step.script) : null,
    settings: draft.settings,
    dir: step.dir,
    env: objectOf(step.env),
    inputs: facts.inputs,
    upstream: facts.upstream,
    tools: facts.tools,
    place: facts.place,
    outputs: makes.is === 'files' || makes.is === 'place' ? { makes: makes.is, globs: makes.globs } : { makes: makes.is, globs: [] },
    state: step.state,
    secrets: facts.secrets,
  };
}

/**
 * The name under which a result is remembered: the sha256 of the record's JSON with all names in code-unit order. The names of needed steps
 * do not count, only what they contribute.
 */
export function keyOf(record: FingerprintRecord): Digest {
  const { version, task, command, settings, dir, env, inputs, upstream, tools, place, outputs, state, secrets } = record;
  const digests = Object.values(upstream).sort();
  // A list in a fixed order: half the work of sorting the names of the record each time.
  return digestOf(
    JSON.stringify([
      ...[version, task, sorted(command), sorted(settings), dir, sorted(env), inputs, digests],
      ...[sorted(tools), sorted(place), sorted(outputs), state, sorted(secrets)],
    ]),
  );
}

/** The same value with the names of all its objects in code-unit order; itself if there is nothing to sort. */
function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  const names = Object.keys(value);
  const object = value as { readonly [name: string]: Json };
  if (names.length === 0) return value;
  return Object.fromEntries(names.sort().map((name) => [name, sorted(object[name] as Json)]));
}

/** `source` is left out: it is how the command was written, not what runs. */
function commandOf(script: Script): Json {
  if (script.shell === 'argv') return { shell: 'argv', words: script.words };
  return { shell: script.shell, text: script.text, variables: objectOf(script.variables.map(({ name, value }) => [name, value])) };
}

/** The last value of each name; safe for every name, `__proto__` too. */
function objectOf(pairs: Pairs): { readonly [name: string]: string } {
  return pairs.length === 0 ? NONE : Object.fromEntries(pairs);
}

const NONE: { readonly [name: string]: string } = {};
