import { type Digest, digestOf } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';
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
 * The name under which a result is remembered: a sha256 of all parts of the record as canonical JSON, each on a line, in an order that is
 * fixed here. The names of needed steps do not count, only what they contribute.
 */
export function keyOf(record: FingerprintRecord): Digest {
  const { version, task, command, settings, dir, env, inputs, upstream, tools, place, outputs, state, secrets } = record;
  const digests = Object.values(upstream).sort().join();
  // JSON has no line breaks of its own, so no two records have one text.
  const parts = [
    JSON.stringify([version, task, dir, inputs, digests]),
    ...[command, settings, env, tools, place, outputs, state, secrets].map(canonicalJson),
  ];
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
