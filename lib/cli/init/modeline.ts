import { dirname, join, relative } from 'node:path';
import { replaceFile, type Writing } from '../../io/replace.ts';
import { errnoOf } from '../../io/trouble.ts';
import type { Files } from '../../model/io.ts';
import type { Project } from '../../model/project.ts';
import { makeProjectFolder } from '../../run/project-folder.ts';
import { SCHEMA } from '../schema-text.ts';

/**
 * The first line of a Sandboxfile, by which editors find the schema. A path from there, so that it holds on every computer: to the sbx that npm installed
 * for the checkout, where there is one, which always fits. Else to a copy in `.sbx`, see `keepSchema`. Reads only.
 */
export function modelineOf(folder: string, files: Pick<Files, 'existsSync'>): string {
  const installed = installedFor(folder, files);
  return installed === undefined ? OWN : lineOf(relative(folder, installed));
}

/**
 * Where the Sandboxfile names the copy in `.sbx`, makes it that of this sbx: it comes with the first run in a clone, and anew after an upgrade; nothing is
 * to be committed, and no step reads it. `text`: of the schema. Editors alone want it, so that nothing is said if it cannot be written.
 */
export async function keepSchema(io: Writing, { root, file }: Pick<Project, 'root' | 'file'>, text: () => Promise<string>): Promise<void> {
  const { files } = io;
  try {
    if (!files.readFileSync(file, 'utf8').startsWith(OWN)) return;
    const schema = Buffer.from(await text());
    const copy = join(root, '.sbx', SCHEMA);
    const seen = files.lstatSync(copy, { throwIfNoEntry: false });
    if (seen?.isFile() && seen.size === schema.length && files.readFileSync(copy).equals(schema)) return;
    if (makeProjectFolder(io, join(root, '.sbx')) === undefined) replaceFile(io, copy, schema);
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
  }
}

/** Looked for upward, no further than the checkout: what lies above is not the same for all who work on it. */
function installedFor(folder: string, files: Pick<Files, 'existsSync'>): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const schema = join(at, 'node_modules/sandboxfile', SCHEMA);
    if (files.existsSync(schema)) return schema;
    if (files.existsSync(join(at, '.git')) || dirname(at) === at) return undefined;
  }
}

function lineOf(path: string): string {
  return `# yaml-language-server: $schema=${path.startsWith('../') ? path : `./${path}`}\n`;
}

const OWN = lineOf(`.sbx/${SCHEMA}`);
