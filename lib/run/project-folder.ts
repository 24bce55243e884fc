import { makeFolder, replaceFile, type Writing } from '../io/replace.ts';
import type { Failure } from '../model/failure.ts';

/**
 * Makes `.sbx` in a project. It ignores itself for git, whatever the project's own .gitignore says. A link in its place, or in place of something in it, is
 * refused: a repository can bring one along, and what is swept here by age would be somebody else's files. Throws what a file operation threw.
 */
export function makeProjectFolder(io: Writing, folder: string): Failure | undefined {
  const { files } = io;
  if (files.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return leadsElsewhere('.sbx');
  makeFolder(files, folder);
  const link = files.readdirSync(folder, { withFileTypes: true }).find((entry) => entry.isSymbolicLink());
  if (link !== undefined) return leadsElsewhere(`.sbx/${link.name}`);
  if (!files.existsSync(`${folder}/.gitignore`)) replaceFile(io, `${folder}/.gitignore`, '*\n');
  return undefined;
}

function leadsElsewhere(path: string): Failure {
  const hint = `remove the link; to keep what is there on another disk, make ${path} a folder and mount that in its place (mount --bind)`;
  return { code: 'local-io', message: `${path} is a link, so that what sbx does there would happen elsewhere`, hint };
}
