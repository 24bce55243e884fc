// Loaded into sbx before it starts: a fault that quotes what it was given, as errors of Node itself do. SBX_QUOTING says where.
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const where = process.env.SBX_QUOTING;
const { spawn } = childProcess;
const { readdirSync } = fs;

function fault(given: unknown): never {
  throw new TypeError(`The argument is invalid. Received ${JSON.stringify(given)}`);
}

/** The start of a command. */
(childProcess as { spawn: unknown }).spawn = (...args: Parameters<typeof spawn>) => {
  const env = (args[2] as { readonly env?: NodeJS.ProcessEnv } | undefined)?.env;
  return where === 'step' && env?.SBX_STEP !== undefined ? fault(env) : spawn(...args);
};

/** The end of a run, when its steps are over. */
(fs as { readdirSync: unknown }).readdirSync = (...args: Parameters<typeof readdirSync>) =>
  where === 'run' && String(args[0]).endsWith('/.sbx/runs') ? fault(process.env) : readdirSync(...args);
syncBuiltinESMExports();
