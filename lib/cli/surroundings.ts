import { readFileSync } from 'node:fs';
import { availableParallelism, hostname, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { AskedVariables } from '../io/asked.ts';
import type { Within } from './extensions/strays.ts';

/** Imports a module by its URL, as Node does. Code that is bundled has no `import()` of its own. */
export type ImportModule = (url: string) => Promise<unknown>;

/** What sbx was started with and in. The only place where `process` is read; everything below gets values. */
export interface Surroundings {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: AskedVariables;
  /** Folder of the package: recipes, profiles and the schema lie in it. */
  readonly home: string;
  readonly version: () => string;
  readonly importModule: ImportModule;
  /** Calls code of extensions. */
  readonly within: () => Promise<Within>;
  readonly os: string;
  readonly arch: string;
  readonly cpus: number;
  readonly user: () => string;
  readonly hostname: () => string;
  /** Node's executable, to start the command line of a package. */
  readonly node: string;
  readonly nodeVersion: string;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Calls back on each of the signals until the returned function is called. */
  readonly onSignals: (names: readonly NodeJS.Signals[], heard: (name: NodeJS.Signals) => void) => () => void;
  /** Sends the signal to this process: what a key means that the terminal did not turn into one. */
  readonly raise: (name: NodeJS.Signals) => void;
  /** Ends the process now, whatever is under way. */
  readonly leave: (code: number) => void;
}

export function surroundingsOf(process: NodeJS.Process, home: string, importModule: ImportModule): Surroundings {
  const environment = new AskedVariables();
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment.set(name, value);
  // All that looks for a home finds one. What is not absolute would be another folder in each project.
  if (!isAbsolute(environment.get('HOME') ?? '')) environment.set('HOME', account()?.homedir ?? '/');
  environment.set('SBX_RECIPES', join(home, 'recipes'));
  let within: Promise<Within> | undefined;
  return {
    argv: process.argv.slice(2),
    cwd: process.cwd(),
    environment,
    home,
    version: () => (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { readonly version: string }).version,
    importModule,
    within: () => {
      within ??= import('./extensions/strays.ts').then(({ openStrays }) => openStrays(process));
      return within;
    },
    os: process.platform,
    arch: process.arch,
    cpus: availableParallelism(),
    user: () => account()?.username ?? String(process.getuid?.()),
    hostname,
    node: process.execPath,
    nodeVersion: process.versions.node,
    get stdin() {
      return process.stdin; // made when asked for: each stream costs a millisecond
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    onSignals(names, heard) {
      for (const name of names) process.on(name, heard);
      return () => {
        for (const name of names) process.off(name, heard);
      };
    },
    raise: (name) => process.kill(process.pid, name),
    leave: (code) => process.exit(code),
  };
}

/** Of the user in the user database; undefined for a bare number, as in `docker run --user 1234`. */
function account(): { readonly username: string; readonly homedir: string } | undefined {
  try {
    return userInfo();
  } catch {
    return undefined;
  }
}
