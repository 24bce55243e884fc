import { posix } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { isTemplateFile } from './template-file.ts';
import { refusal } from './words.ts';

export type Version = readonly [major: number, minor: number, patch: number];

/** HCL templates came with it. */
export const OLDEST: Version = [1, 6, 0];
/** `required_plugins`, which is an error before. */
export const WITH_PLUGINS: Version = [1, 7, 0];
/** The file in which a template for both keeps it. */
const PLUGINS = /^plugins\.pkr\.(?:hcl|json)$/;
/** Read by Packer itself where it is given a folder. */
const VARIABLES = /\.auto\.pkrvars\.(?:hcl|json)$/;

export interface Template {
  /** The word that Packer is given, relative to its folder: never an option. */
  readonly word: string;
  readonly varFiles: readonly string[];
}

export function isBefore(a: Version, b: Version): boolean {
  const differs = a.findIndex((part, i) => part !== b[i]);
  return differs >= 0 && (a[differs] as number) < (b[differs] as number);
}

/**
 * `template`: a file, or a folder with such, relative to `folder`. Before 1.7 Packer is not given the file of plugins: it gets the one other file of the
 * folder by its name, since it takes a folder whole or not at all.
 */
export function templateOf(files: Files, folder: string, template: string, version: Version): Result<Template, Failure> {
  const word = `./${posix.normalize(template)}`;
  const names = namesIn(files, posix.join(folder, template));
  if (names === undefined) return err(refusal(`there is no template ${template}`, 'it is a file *.pkr.hcl, or a folder with such files'));
  if (names === 'file') {
    if (isTemplateFile(template)) return ok({ word, varFiles: [] });
    return err(refusal(`${template} is no template of Packer 1.6 and later`, '`packer hcl2_upgrade` makes one *.pkr.hcl of a .json'));
  }
  const templates = names.filter(isTemplateFile);
  const others = templates.filter((name) => !PLUGINS.test(name));
  if (others.length === 0) return err(refusal(`${template} has no file *.pkr.hcl`, undefined));
  if (others.length === templates.length || !isBefore(version, WITH_PLUGINS)) return ok({ word, varFiles: [] });
  const [only, ...more] = others;
  if (more.length > 0 || only === undefined) {
    const message = `Packer ${version.join('.')} cannot be given ${template}: its plugins.pkr.hcl is for 1.7 and later, and ${others.length} files are without it`;
    return err(refusal(message, 'take Packer 1.7 or later, or put the template into one file beside plugins.pkr.hcl'));
  }
  const below = (name: string): string => `./${posix.join(template, name)}`;
  return ok({ word: below(only), varFiles: names.filter((name) => VARIABLES.test(name)).map(below) });
}

function namesIn(files: Files, path: string): readonly string[] | 'file' | undefined {
  try {
    return files.statSync(path).isDirectory() ? [...files.readdirSync(path)].sort() : 'file';
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown;
    return undefined;
  }
}
