import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../../lib/base/json.ts';
import { load } from '../../lib/config/load.ts';
import type { DiagnosticCode } from '../../lib/model/diagnostic.ts';
import { TASKS } from '../../tasks/index.ts';
import { ASK, sourcesOf } from '../config/loading.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { jsonOf, published } from './judging.ts';
import { WHOLE_FILES, WITH_RECIPE } from './whole-file.ts';

// rig: timeout 180s
// Two judges made from the same shapes must agree: files with every key are changed in every place, and each change is judged by both.

type Path = readonly (string | number)[];

const validate = published();
/** What can be seen without knowing what values stand for. */
const STRUCTURE: ReadonlySet<DiagnosticCode> = new Set([
  'unknown-key',
  'missing-key',
  'wrong-type',
  'bad-value',
  'bad-name',
  'version-unsupported',
  'ambiguous-scalar',
]);
const VALUES: readonly Json[] = [null, true, 7, 'Ä b', ['x'], { x: 1 }, '${{ params.jobs }}'];
/** Small ones: they are read for each change. */
const FILES = {
  recipes: { 'haskell-remote-build': 'version: 1\nparams: { vm: a, ghc: "9", targets: [all] }\nsteps: { remote-build: { run: a } }\n' },
  profiles: { 'vm-haskell-build': 'version: 1\nsandboxes: { vm: { user: build } }\n' },
};
/** A rule between keys, the values of parameters, or what a profile may give: no matter of structure. */
const BETWEEN = /^(params|with|use|include)\b|\.(matrix|ready)\b|\.pool\.weight\b|\.machine\.driver (taken away|as x-q)/;

test('the published schema refuses no file that sbx takes, and none of a wrong structure is taken by one of them alone', async () => {
  const alarms: string[] = [];
  const missed: string[] = [];
  let refused = 0;
  for (const text of WHOLE_FILES) {
    for (const [what, changed] of changesOf(jsonOf(text))) {
      const problems = validate(changed);
      const { diagnostics } = await load(sourcesOf(JSON.stringify(changed), FILES), ASK, TASKS);
      if (problems.length > 0) refused += 1;
      if (problems.length > 0 && diagnostics.length === 0) alarms.push(`${what}: ${problems[0]?.path.join('.')} ${problems[0]?.message}`);
      if (problems.length > 0 || text === WITH_RECIPE || BETWEEN.test(what) || what.includes('${{')) continue;
      const structural = diagnostics.find(({ code }) => STRUCTURE.has(code));
      if (structural) missed.push(`${what}: ${structural.message}`);
    }
  }
  assert.equal(alarms, [], 'refused by the schema, taken by sbx');
  assert.equal(missed, [], 'taken by the schema, refused by sbx');
  assert.ok(refused > 400, String(refused));
});

test('the published schema refuses the bad files whose structure is wrong', () => {
  const bad = join(REPOSITORY, 'test/config/bad');
  const names = readdirSync(bad).flatMap((name) => /^(.+)\.yaml$/.exec(name)?.[1] ?? []);
  const wrong = names.filter((name) => {
    const codes = [...readFileSync(join(bad, `${name}.txt`), 'utf8').matchAll(/^error\[([a-z-]+)\]/gm)].map(
      ([, code]) => code as DiagnosticCode,
    );
    return codes.length > 0 && codes.every((code) => STRUCTURE.has(code));
  });
  assert.ok(wrong.length >= 5, wrong.join());
  for (const name of wrong) assert.ok(validate(jsonOf(readFileSync(join(bad, `${name}.yaml`), 'utf8'))).length > 0, name);
});

/** Every value replaced, every key taken away or written otherwise. */
function* changesOf(whole: Json): Generator<readonly [what: string, changed: Json]> {
  for (const path of pathsOf(whole)) {
    if (path.length === 0 || String(path[0]).startsWith('x-')) continue;
    const what = path.join('.');
    for (const value of VALUES) yield [`${what} = ${JSON.stringify(value)}`, changed(whole, path, () => value)];
    yield [`${what} taken away`, changed(whole, path, () => undefined)];
    const key = path.at(-1);
    if (typeof key !== 'string') continue;
    for (const other of [`${key}Z`, 'x-q']) yield [`${what} as ${other}`, renamed(whole, path, other)];
  }
}

function* pathsOf(value: Json, path: Path = []): Generator<Path> {
  yield path;
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* pathsOf(item as Json, [...path, i]);
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value)) yield* pathsOf(member, [...path, key]);
}

/** A copy with another value at the path; undefined takes it away. */
function changed(value: Json, [first, ...rest]: Path, to: (before: Json) => Json | undefined): Json {
  const apply = (member: Json): Json | undefined => (rest.length === 0 ? to(member) : changed(member, rest, to));
  if (Array.isArray(value))
    return value.flatMap((item, i) => (i === first ? [apply(item as Json)].filter((one) => one !== undefined) : [item as Json]));
  const entries = Object.entries(value as { readonly [key: string]: Json });
  return Object.fromEntries(
    entries.flatMap(([key, member]) => {
      const after = key === first ? apply(member) : member;
      return after === undefined ? [] : [[key, after] as const];
    }),
  );
}

function renamed(whole: Json, path: Path, other: string): Json {
  const key = path.at(-1) as string;
  const rename = (map: Json): Json =>
    Object.fromEntries(Object.entries(map as object).map(([one, member]) => [one === key ? other : one, member]));
  return path.length === 1 ? rename(whole) : changed(whole, path.slice(0, -1), rename);
}

test.run();
