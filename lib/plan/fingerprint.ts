import { type Digest, digestOf } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { Outputs } from '../model/output.ts';
import type { Action } from '../model/plan.ts';
import type { Script } from '../model/script.ts';
import type { Pairs } from '../model/value.ts';

/** What has to be looked up before an action has a fingerprint. */
export interface Facts {
  /** Digest of the tree that the action reads; null if it reads none. */
  readonly inputs: Digest | null;
  /** What the steps that it needs contribute. */
  readonly upstream: { readonly [step: string]: Digest };
  /** What the commands among its inputs printed; absent where it has none. */
  readonly commands?: { readonly [command: string]: Digest };
  /** Values of its holes; absent where it has none. */
  readonly given?: Outputs;
  readonly tools: { readonly [tool: string]: string };
  readonly place: { readonly [probe: string]: string };
  /** Versions of the declared secrets, '' without one. */
  readonly secrets: { readonly [name: string]: string };
}

/** What many steps share is made once: an object of a list of variables, and its text. By identity: what is equal may be made again. */
export interface Shared {
  objectOf(pairs: Pairs): { readonly [name: string]: string };
  textOf(json: Json): string;
}

/** For as long as a plan: what it keeps are the variables of the project. */
export function newShared(): Shared {
  const objects = new Map<Pairs, { readonly [name: string]: string }>();
  const texts = new Map<Json, string>();
  const once = <K, V>(made: Map<K, V>, key: K, make: (key: K) => V): V => {
    const known = made.get(key) ?? make(key);
    made.set(key, known);
    return known;
  };
  return { objectOf: (pairs) => once(objects, pairs, objectOf), textOf: (json) => once(texts, json, canonicalJson) };
}

/**
 * All that can change the result of the action. What is left out on purpose: the step's own name, sandbox, host, user and workspace, `passEnv`,
 * values of secrets, timeouts, retries, pools, descriptions: none of them changes what a command makes.
 */
export function recordOf(action: Action, facts: Facts, shared: Pick<Shared, 'objectOf'> = { objectOf }): FingerprintRecord {
  const { step, draft } = action;
  const { makes } = draft;
  const record: FingerprintRecord = {
    version: 1,
    task: step.task,
    command: step.script ? commandOf(step.script) : null,
    settings: draft.settings,
    dir: step.dir,
    env: shared.objectOf(step.env),
    inputs: facts.inputs,
    upstream: facts.upstream,
    tools: facts.tools,
    place: facts.place,
    outputs: {
      makes: makes.is,
      globs: makes.is === 'files' || makes.is === 'place' ? makes.globs : [],
      ...(step.values === undefined ? {} : { values: step.values }),
    },
    state: step.state,
    secrets: facts.secrets,
  };
  if (facts.commands === undefined && facts.given === undefined) return record;
  return { ...record, ...(facts.commands ? { commands: facts.commands } : {}), ...(facts.given ? { given: facts.given } : {}) };
}

/**
 * The name under which a result is remembered: a sha256 of all parts of the record as canonical JSON, each on a line, in an order that is
 * fixed here. The names of needed steps do not count, only what they contribute.
 */
export function keyOf(record: FingerprintRecord, shared: Pick<Shared, 'textOf'> = { textOf: canonicalJson }): Digest {
  const { version, task, command, settings, dir, env, inputs, upstream, tools, place, outputs, state, secrets } = record;
  const digests = Object.values(upstream).sort().join();
  // JSON has no line breaks of its own, so no two records have one text.
  const parts = [
    JSON.stringify([version, task, dir, inputs, digests]),
    ...[command, settings].map(canonicalJson),
    shared.textOf(env),
    ...[tools, place, outputs, state, secrets].map(canonicalJson),
  ];
  if (record.commands !== undefined) parts.push(canonicalJson(record.commands));
  if (record.given !== undefined) parts.push(`given ${canonicalJson(record.given)}`); // no list of commands begins so
  return digestOf(parts.join('\n'));
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
