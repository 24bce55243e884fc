import { posix } from 'node:path';
import { parseDuration } from '../base/duration.ts';
import { isList, isMap } from '../base/plain.ts';
import { parseSize } from '../base/size.ts';
import type { CacheSettings, HubSettings, Secret, StepId } from '../model/project.ts';
import type { Pairs } from '../model/value.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import type { FieldsOf } from '../schema/shape.ts';
import { parseDotenv } from './dotenv.ts';
import { readEnv } from './environment.ts';
import { checkField, readField } from './field.ts';
import { fieldsOf, type Layer } from './layers.ts';
import { isNoStep, type StepNames, stepsMeant } from './names.ts';
import { pathHere } from './path-here.ts';
import { below, type Report } from './report.ts';
import type { Scope } from './scope.ts';
import type { Sources } from './sources.ts';
import type { Unit } from './unit.ts';

// The small sections of the top level.

type ScopeOf = (layer: number) => Scope;

const STORE = sandboxfileFields.cache.of[1].fields;

/** The store where no Sandboxfile says anything about it. */
export const STORE_DEFAULTS: CacheSettings = settingsOf({});

/** `env` of all layers over the dotenv files of the highest layer that names any. */
export function readTopEnv(layers: readonly Layer[], scopeOf: ScopeOf, sources: Sources, report: Report): Pairs {
  const files = fieldsOf(layers, 'dotenv').at(-1);
  const names = files === undefined ? [] : (readField(sandboxfileFields.dotenv, files, scopeOf(files.layer), report) ?? []);
  const fromFiles = names.map((name) => {
    const source = sources.read('dotenv', name);
    if (source === undefined) return [];
    const { pairs, diagnostics } = parseDotenv(source.file, source.bytes);
    report.diagnostics.push(...diagnostics);
    return pairs;
  });
  const written = fieldsOf(layers, 'env').map((field) => readEnv(field, scopeOf, report));
  return [...new Map([...fromFiles, ...written].flat())];
}

/** Of all that are declared, whatever else is wrong with them. */
export function secretNames(layers: readonly Layer[]): ReadonlySet<string> {
  const written = fieldsOf(layers, 'secrets').map(({ value }) => value);
  return new Set(written.flatMap((value) => (isList(value) ? value.map(String) : isMap(value) ? [...value.keys()] : [])));
}

export function readSecrets(layers: readonly Layer[], scopeOf: ScopeOf, report: Report): readonly Secret[] {
  const secrets = new Map<string, Secret>();
  for (const field of fieldsOf(layers, 'secrets')) {
    const scope = scopeOf(field.layer);
    const value = readField(sandboxfileFields.secrets, field, scope, report);
    if (value === undefined) continue;
    const named = Array.isArray(value) ? value.map((name: string) => [name, {}] as const) : Object.entries(value);
    for (const [name, { file, version }] of named as readonly (readonly [
      string,
      { readonly file?: string; readonly version?: string },
    ])[]) {
      secrets.set(name, {
        name,
        ...(version === undefined ? {} : { version }),
        ...(file === undefined ? {} : { file: pathHere(file, scope) }),
      });
    }
  }
  return [...secrets.values()];
}

export function readCache(layers: readonly Layer[], scopeOf: ScopeOf, report: Report): CacheSettings {
  const field = fieldsOf(layers, 'cache').at(-1);
  const value = field === undefined ? undefined : readField(sandboxfileFields.cache, field, scopeOf(field.layer), report);
  return settingsOf(typeof value === 'boolean' ? { enabled: value } : (value ?? {}));
}

function settingsOf({ enabled, maxSize, maxAge }: FieldsOf<typeof STORE>): CacheSettings {
  return {
    enabled: enabled ?? STORE.enabled.default,
    maxSize: parseSize(maxSize ?? STORE.maxSize.default) ?? 0,
    maxAge: parseDuration(maxAge ?? STORE.maxAge.default) ?? 0,
  };
}

export function readHub(layers: readonly Layer[], scopeOf: ScopeOf, report: Report): HubSettings {
  const { fields } = sandboxfileFields.hub;
  const field = fieldsOf(layers, 'hub').at(-1);
  const read = field === undefined ? undefined : readField(sandboxfileFields.hub, field, scopeOf(field.layer), report);
  const { interval, wait, ...named } = read ?? {};
  return {
    ...named,
    interval: parseDuration(interval ?? fields.interval.default) ?? 0,
    wait: parseDuration(wait ?? fields.wait.default) ?? 0,
  };
}

/** The project's name: the highest layer's that is no recipe. */
export function readName(layers: readonly Layer[], root: string, report: Report): string {
  const field = fieldsOf(layers, 'name').at(-1);
  const name = field === undefined ? undefined : checkField(sandboxfileFields.name, field.value, field, report);
  return typeof name === 'string' ? name : posix.basename(root) || 'project';
}

/** Steps of the file that run when none is named. */
export function readDefault(unit: Unit, names: StepNames, report: Report): readonly StepId[] {
  const field = fieldsOf(unit.layers, 'default').at(-1);
  if (field === undefined) return [];
  const written = (checkField(sandboxfileFields.default, field.value, field, report) ?? []) as readonly string[];
  const steps = written.flatMap((name, i) => {
    const meant = stepsMeant(name, unit.outer && { unit }, names);
    if (!isNoStep(meant)) return meant;
    report.add('unknown-step', meant.message, Array.isArray(field.value) ? below(field, i) : field, meant.hint);
    return [];
  });
  return [...new Set(steps)];
}
