import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';

type Register = (name: string, run: () => void | Promise<void>) => void;

/** `test` where all of `programs` are on PATH; else the test is left out, with that reason. With CI=true a test that is left out is a failure. */
export function needing(...programs: readonly string[]): Register {
  const missing = programs.filter((program) => !isOnPath(program));
  return missing.length === 0 ? test : leftOut(`${missing.join(', ')} not installed`);
}

/** Stands in for `test` where it cannot run here; `reason` is shown. */
export function leftOut(reason: string): Register {
  return (name) => {
    const skip = (test as { leftOut?: (name: string, reason: string) => void }).leftOut; // put there by the runner
    if (skip) skip(name, reason);
    else console.log(`left out: ${name} (${reason})`);
  };
}

/** sbin counts: sshd lies there and a user's PATH often lacks it. */
export function isOnPath(program: string): boolean {
  return findProgram(program) !== undefined;
}

export function findProgram(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
