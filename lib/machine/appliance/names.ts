import { err, ok, type Result } from '../../base/result.ts';

/** A name that is one file beside another and nothing else, whatever the file system; else why not. */
export function plainName(name: string): Result<string, string> {
  const shown = JSON.stringify(name);
  if (name === '' || Buffer.byteLength(name) > 200) return err(`${shown} is no name of a file`);
  if (/[/\\]/.test(name)) return err(`${shown} leads out of the appliance`);
  if (name === '.' || name === '..' || name.startsWith('-') || /\p{C}/u.test(name) || name.includes(':'))
    return err(`${shown} is no name for a file of an appliance`);
  return ok(name);
}

/** Whether a file system may take two names for one. */
export function foldName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
