import { join } from 'node:path';
import { suggest } from '../../base/suggest.ts';
import { nonce, realFiles } from '../../io/io.ts';
import type { Project, SandboxSpec, Step } from '../../model/project.ts';
import { lackingDiagnostics } from '../../plan/lacking.ts';
import { canAsk } from '../ask.ts';
import { type Call, refuse } from '../call.ts';
import { loadWith, type Opened, sayFaulty } from '../open.ts';
import { readSandboxfile } from '../read-file.ts';
import { findSandboxfile, searchFrom } from '../search.ts';
import { yamlNamesIn } from '../sources.ts';

/** A profile that a sandbox is created from: its file as a Sandboxfile of its own. */
export interface OpenedProfile extends Pick<Opened, 'tasks' | 'drivers'> {
  readonly project: Project;
  /** The sandbox that is created; absent: the profile only makes something. */
  readonly place?: SandboxSpec;
  /** How files are sent there. */
  readonly sync?: Step;
}

/** Of several sandboxes of a profile, the one with this name is created. */
const CREATED = 'created';

/** Reads profiles/NAME.yaml of the project here, else of the package. What its inputs lack is asked for, or said. A number is the exit code. */
export async function openProfile(call: Call, name: string, as: string): Promise<OpenedProfile | number> {
  const { surroundings, options } = call;
  const searched = searchFrom(call);
  const found = findSandboxfile(searched, realFiles);
  const root = realFiles.realpathSync(found.ok ? found.value.folder : searched.cwd);
  const folders = [join(root, 'profiles'), join(surroundings.home, 'profiles')];
  const known = [...new Set(folders.flatMap((folder) => yamlNamesIn(realFiles, folder)))];
  const folder = folders.find((one) => realFiles.existsSync(join(one, `${name}.yaml`)));
  if (folder === undefined) {
    const near = suggest(name, known);
    return refuse(call, `there is no profile ${name}`, near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`);
  }
  const file = join(folder, `${name}.yaml`);
  const shown = folder === folders[0] ? `profiles/${name}.yaml` : `sbx:profiles/${name}.yaml`;
  const bytes = readSandboxfile(file, shown, realFiles);
  if ('code' in bytes) return await sayFaulty(call, [bytes]);
  const { file: _, ...others } = options;
  const asked: Call = { ...call, options: { ...others, set: options.inputs, profiles: [] } };
  const read = (path: string, called: string) => readSandboxfile(path, called, realFiles);
  const wish = { named: [], parsed: true, name: as, setBy: '--input' } as const;
  const { checked, unread } = await loadWith(asked, wish, { root, file, shown, bytes, files: realFiles, read });
  if (checked.value === undefined || unread.length > 0) return await sayFaulty(call, [...unread, ...checked.diagnostics]);
  const { project } = checked.value;
  const lacks = new Set([...project.lacking.keys()]);
  if (lacks.size > 0) {
    if (!canAsk(surroundings))
      return await sayFaulty(call, lackingDiagnostics(project, new Map([...lacks].map((lack) => [lack, `the profile ${name}`]))));
    const { askFor } = await import('../ask-for.ts');
    const given = await askFor(asked, project, lacks);
    return given === undefined
      ? refuse(call, `the profile ${name} needs ${[...lacks].join(', ')}`)
      : await openProfile({ ...call, options: { ...options, inputs: given.options.set } }, name, as);
  }
  const far = [...project.sandboxes.values()].filter(({ kind }) => kind !== 'local');
  const place = far.find((one) => one.name === CREATED) ?? far.find(({ machine }) => machine !== undefined) ?? far[0];
  if (place?.hosts !== undefined)
    return refuse(call, `the profile ${name} has \`hosts\`, and a created sandbox is at one`, 'take a profile that has `host`');
  const sync = [...project.steps.values()].find(({ task, sandbox }) => task === 'sync' && sandbox === place?.name);
  const { tasks, drivers } = checked.kinds;
  return { project, tasks, drivers, ...(place ? { place } : {}), ...(sync ? { sync } : {}) };
}

export function newId(): string {
  return nonce().slice(0, 12);
}
