import { join } from 'node:path';
import { isMap } from '../../base/plain.ts';
import { realFiles } from '../../io/io.ts';
import { LOCAL, type Project } from '../../model/project.ts';
import { EXIT } from '../../run/exit-code.ts';
import { listRuns } from '../../run/journal.ts';
import { SILENT } from '../../view/sink.ts';
import type { Call } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';
import { open } from '../open.ts';
import { openQuietly } from '../open-quietly.ts';
import { readSandboxfile } from '../read-file.ts';
import { createdOf } from '../sandbox/created-ground.ts';
import { findSandboxfile, searchFrom } from '../search.ts';
import { yamlNamesIn } from '../sources.ts';
import type { Surroundings } from '../surroundings.ts';

/** Names for completion scripts: one a line, none where there is no project or it is faulty. */
export async function names(call: Call): Promise<number> {
  const [kinds = '', word = ''] = call.words.operands;
  for (const kind of kinds.split(',')) {
    for (const name of await namesOf(call, kind, word)) call.out.write(`${name}\n`);
  }
  return EXIT.done;
}

function namesOf(call: Call, kind: string, word: string): Iterable<string> | Promise<Iterable<string>> {
  if (kind === 'runs') return runNames(call);
  if (kind === 'created') return createdNames(call);
  return kind === 'profiles' ? profileNames(call) : projectNames(call, kind, word);
}

/** Those that a project can name: of its file, however faulty that is, of the folder beside it, and sbx's own. */
async function profileNames(call: Call): Promise<Iterable<string>> {
  const found = findSandboxfile(searchFrom(call), realFiles);
  if (!found.ok) return [];
  const { file, folder } = found.value;
  const bytes = readSandboxfile(file, file, realFiles);
  const { parseDocument } = await import('../../config/document.ts');
  const declared = 'code' in bytes ? undefined : parseDocument(file, bytes).value?.root.get('profiles');
  return new Set([
    ...(isMap(declared) ? declared.keys() : []),
    ...[folder, call.surroundings.home].flatMap((one) => yamlNamesIn(realFiles, join(one, 'profiles'))),
  ]);
}

async function projectNames(call: Call, kind: string, word: string): Promise<Iterable<string>> {
  const opening = await open({ ...call, err: SILENT }, { named: [] });
  if (opening.is !== 'open') return [];
  const { project } = opening.opened;
  if (kind === 'params') return settings(project, word);
  return kind === 'sandboxes' ? [...project.sandboxes.keys()].filter((name) => name !== LOCAL) : namesOfSteps(project);
}

/** `name=` of every parameter; once that is typed, `name=value` of all values it can have, as far as they are known. */
function settings({ params }: Project, word: string): readonly string[] {
  const name = word.slice(0, Math.max(0, word.indexOf('=')));
  const param = params.get(name);
  if (param === undefined) return [...params.keys()].map((one) => `${one}=`);
  const values = param.enum ?? (param.type === 'boolean' ? [true, false] : []);
  return values.map(String).flatMap((value) => (/^[\w.,:@%+/-]*$/.test(value) ? [`${name}=${value}`] : []));
}

function namesOfSteps({ steps, called }: Project): readonly string[] {
  return [...steps.keys(), ...called.keys()];
}

/** Newest first. */
function runNames(call: Call): readonly string[] {
  const folders = projectFolders({ ...call, err: SILENT });
  return typeof folders === 'number' ? [] : listRuns(effectsOf(call.surroundings).files, folders.project).map(({ run }) => run);
}

/** Ids of created sandboxes, and what the user calls them. */
function createdNames(call: Call): readonly string[] {
  return createdOf(call)
    .store.list()
    .all.flatMap(({ id, name }) => [id, ...(name === undefined ? [] : [name])]);
}

/** Steps of the project here, for suggestions; none where there is no project. */
export async function stepNames(surroundings: Surroundings): Promise<readonly string[]> {
  const opening = await openQuietly(surroundings);
  return opening?.is === 'open' ? namesOfSteps(opening.opened.project) : [];
}
