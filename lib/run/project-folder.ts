import { makeFolder, replaceFile, type Writing } from '../io/replace.ts';

/** Makes `.sbx` in a project. It ignores itself for git, whatever the project's own .gitignore says. */
export function makeProjectFolder(io: Writing, folder: string): void {
  makeFolder(io.files, folder);
  if (!io.files.existsSync(`${folder}/.gitignore`)) replaceFile(io, `${folder}/.gitignore`, '*\n');
}
