import { parseDuration } from '../base/duration.ts';
import { isMap } from '../base/plain.ts';
import { LOCAL, type SandboxName, type SandboxSpec } from '../model/project.ts';
import type { Value } from '../model/value.ts';
import { formatProblem } from '../schema/formats.ts';
import { sandboxFields } from '../schema/sandbox.ts';
import { isFree, type ValueOf } from '../schema/shape.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import type { Ask } from './ask.ts';
import { readEnv } from './environment.ts';
import { chainOf, type Field, readField } from './field.ts';
import { ANOTHER_NAME, checkHost, placeOf, readHosts } from './hosts.ts';
import { joinHypervisors } from './hypervisors.ts';
import { readMachine } from './machine.ts';
import { addUnknown } from './recipes.ts';
import type { Report } from './report.ts';
import type { Scope } from './scope.ts';
import type { Entry, Section } from './section.ts';
import type { Library, Sources } from './sources.ts';

type Fields = typeof sandboxFields;

/** Puts the fields of profiles/NAME.yaml under those of each sandbox that names a profile. */
export async function underlayProfiles(
  section: Section,
  sourcesOf: (layer: number) => Sources,
  library: Library,
  report: Report,
): Promise<void> {
  for (const entry of section.values()) {
    const named = entry.fields.get('profile');
    if (typeof named?.value !== 'string') continue;
    const name = named.value.replace(/^profile\./, '');
    if (formatProblem('name', name)) continue;
    const sources = sourcesOf(named.layer);
    const source = sources.read('profile', name);
    if (source === undefined) {
      addUnknown('profile', name, sources, named, report);
      continue;
    }
    const document = await library.open(source);
    const sandboxes = document?.root.get('sandboxes');
    if (document === undefined || !isMap(sandboxes)) {
      if (document) report.add('missing-key', `the profile ${name} declares no sandbox`, { document, path: [] });
      continue;
    }
    const first = [...sandboxes.keys()].find((key) => !isFree(key));
    const key = sandboxes.has(name) ? name : (first ?? name);
    const fields = sandboxes.get(key);
    if (!isMap(fields)) continue;
    for (const [field, value] of fields) {
      if (field === 'profile') continue;
      const under: Field = { value, layer: named.layer, document, path: ['sandboxes', key, field] };
      entry.fields.set(
        field,
        chainOf(entry.fields.get(field)).reduce<Field>((below, one) => ({ ...one, under: below }), under),
      );
    }
  }
}

/** The sandboxes of the project; `local` is always among them. */
export function readSandboxes(
  section: Section,
  scopeOf: (layer: number) => Scope,
  ask: Ask,
  drivers: readonly string[] | undefined,
  report: Report,
): Map<SandboxName, SandboxSpec> {
  const specs = new Map<SandboxName, SandboxSpec>();
  const read = (entry: Pick<Entry, 'name' | 'fields'>): void => {
    const lacks = new Set<string>();
    const spec = readSandbox(entry, (layer) => ({ ...scopeOf(layer), lacks }), ask, drivers, report);
    // What everything refers to comes first.
    const all = [...new Set([...scopeOf(0).lacks, ...lacks])];
    specs.set(entry.name, all.length === 0 ? spec : { ...spec, lacks: all });
  };
  for (const entry of section.values()) read(entry);
  if (!specs.has(LOCAL)) read({ name: LOCAL, fields: new Map() });
  checkHost(ask, specs, report);
  joinHypervisors(specs, section, scopeOf, report);
  return specs;
}

function readSandbox(
  entry: Pick<Entry, 'name' | 'fields'>,
  scopeOf: (layer: number) => Scope,
  ask: Ask,
  drivers: readonly string[] | undefined,
  report: Report,
): SandboxSpec {
  for (const [key, field] of entry.fields) {
    if (isFree(key) || Object.hasOwn(sandboxFields, key)) continue;
    const { code, message, hint } = unknownKey(key, Object.keys(sandboxFields), 'a sandbox');
    report.add(code, message, { ...field, part: 'key' }, hint);
  }
  const read = <K extends keyof Fields>(key: K): ValueOf<Fields[K]> | undefined => {
    const field = entry.fields.get(key);
    return field === undefined ? undefined : readField(sandboxFields[key], field, scopeOf(field.layer), report);
  };
  read('profile');
  const written = read('host');
  const behind = entry.fields.get('machine');
  const machine = behind && readMachine(behind, scopeOf, drivers, report);
  const hosts = readHosts(entry, read('hosts'), report);
  const assign = read('assign') ?? sandboxFields.assign.default;
  const place = placeOf(entry.name, { host: written, hosts, machine: machine !== undefined }, ask);
  const { kind, host } = place;
  const refuse = (key: 'host' | 'machine', message: string, hint: string): void =>
    report.add('conflicting-keys', message, { ...(entry.fields.get(key) as Field), part: 'key' }, hint);
  if (entry.name === LOCAL) {
    if (written !== undefined && written !== LOCAL) refuse('host', '`local` is this computer and has no host', ANOTHER_NAME);
    if (behind !== undefined) refuse('machine', '`local` is this computer and no machine', ANOTHER_NAME);
  } else if (entry.fields.has('host') && behind !== undefined) {
    refuse('host', '`host` and `machine` cannot stand together', 'A machine is reached by its `endpoint`: take one of both away.');
  }
  const port = read('tunnel');
  const tunnel = kind !== 'ssh' || port === undefined || port === '' ? undefined : Number(port);
  const user = read('user');
  const wanted = checkWorkspace(read('workspace'), entry.fields.get('workspace'), report);
  // Folders of a VM do not exist here: what is embedded has a folder of its own.
  const workspace = kind === 'ssh' || kind === 'machine' || !wanted?.startsWith('/') ? wanted : undefined;
  const probes = chainOf(entry.fields.get('probes')).map(
    (field) => readField(sandboxFields.probes, field, scopeOf(field.layer), report) ?? {},
  );
  return {
    name: entry.name,
    kind,
    ...(machine === undefined ? {} : kind === 'machine' ? { machine } : { insteadOf: 'machine' }),
    ...(host === undefined ? {} : { host }),
    ...(place.hosts === undefined ? {} : { hosts: place.hosts, assign, ...(place.only === undefined ? {} : { only: place.only }) }),
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(user === undefined ? {} : { user }),
    ...(workspace === undefined ? {} : { workspace }),
    files: read('files') ?? sandboxFields.files.default,
    keep: read('keep') ?? sandboxFields.keep.default,
    onUnreachable: read('onUnreachable') ?? sandboxFields.onUnreachable.default,
    probes: Object.entries(Object.assign({}, ...probes)),
    probeMaxAge: parseDuration(read('probeMaxAge') ?? sandboxFields.probeMaxAge.default) ?? 0,
    grace: parseDuration(read('grace') ?? sandboxFields.grace.default) ?? 0,
    env: readEnv(entry.fields.get('env'), scopeOf, report),
  };
}

const OWN_FOLDER = 'A sync removes what is not in the sources: name a folder of its own.';

function checkWorkspace(workspace: string | undefined, field: Field | undefined, report: Report): string | undefined {
  if (workspace === undefined || field === undefined) return undefined;
  const parts = workspace.split('/').filter((part) => part !== '' && part !== '.');
  const bad = (why: string, hint: string): undefined => void report.add('bad-path', `workspace \`${workspace}\` ${why}`, field, hint);
  if (workspace.includes('\0')) return bad('holds a NUL character', OWN_FOLDER);
  if (parts.includes('..')) return bad('holds `..`', OWN_FOLDER);
  if (workspace.startsWith('~'))
    return bad('starts with `~`', `A relative folder is in the home already: \`${workspace.replace(/^~[^/]*\/*/, '')}\`.`);
  if (parts.length === 0 || (workspace.startsWith('/') && parts.length < 2)) return bad('is too near to the root', OWN_FOLDER);
  return workspace;
}

/** What `sandbox.FIELD` stands for. */
export function fieldsOfSandbox(spec: SandboxSpec): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['name', spec.name],
    ['kind', spec.kind],
    ['host', spec.host ?? null],
    ['user', spec.user ?? null],
    ['workspace', spec.workspace ?? null],
    ['machine', spec.machine?.name ?? null],
  ]);
}
