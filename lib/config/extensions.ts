import { isList } from '../base/plain.ts';
import { sandboxfileFields } from '../schema/sandboxfile.ts';
import type { Unusable } from './extended.ts';
import { checkField } from './field.ts';
import { inProject } from './in-project.ts';
import type { Kinds } from './kinds.ts';
import { fieldOf, type Layer } from './layers.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Sources } from './sources.ts';

const NONE: Unusable = { code: 'extension-missing', message: 'extensions are not loaded here' };

/** Loads the extensions that a file in `folder` names, and adds what they have. */
export async function openExtensions(main: Layer, folder: string, sources: Sources, kinds: Kinds, report: Report): Promise<void> {
  const field = fieldOf(main, 'extensions');
  if (field === undefined) return;
  const named = checkField(sandboxfileFields.extensions, field.value, field, report) as readonly string[] | undefined;
  if (named === undefined) kinds.lacks = true;
  for (const [i, name] of (named ?? []).entries()) {
    const origin = isList(field.value) ? below(field, i) : field;
    if (!(await openExtension(name, folder, origin, sources, kinds, report))) kinds.lacks = true;
  }
}

async function openExtension(
  name: string,
  folder: string,
  origin: Origin,
  sources: Sources,
  kinds: Kinds,
  report: Report,
): Promise<boolean> {
  const isFile = name.startsWith('.');
  const path = isFile ? inProject(folder, name, origin, report, 'An extension that is a file') : folder;
  if (path === undefined) return false;
  const extended = (await sources.extension?.(isFile ? { file: path } : { package: name, folder: path })) ?? NONE;
  if ('code' in extended) {
    report.add(extended.code, extended.message, origin, extended.hint);
    return false;
  }
  const conflict = kinds.has(extended) ? undefined : kinds.add(extended);
  if (conflict !== undefined) report.add('extension-conflict', conflict, origin, 'One of them must be called otherwise.');
  return conflict === undefined;
}
