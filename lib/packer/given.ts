import type { Json } from '../base/json.ts';
import type { Files } from '../model/io.ts';

// What a build is given in files of its own, which only its user can read: values of variables, and a login that is good for this build alone.

/** Variables that sbx sets where the template declares them and nobody else has set them. */
const KEY_FILE = 'ssh_private_key_file';
const PUBLIC_KEY = 'ssh_public_key';
const OUTPUT_FOLDER = 'output_directory';

/** A key pair, as OpenSSH has them in files. */
export interface Login {
  readonly private: string;
  readonly public: string;
}

interface Given {
  readonly files: Files;
  /** Absolute; made here, and removed by its owner. */
  readonly folder: string;
  readonly declared: ReadonlySet<string>;
  /** What the user sets, wherever. */
  readonly values: { readonly [variable: string]: Json };
  readonly login: () => Login;
  /** Absolute; not there yet. */
  readonly output: string;
}

/** Writes them. Gives the file of variables: JSON, in which no text is a template. */
export function writeGiven({ files, folder, declared, values, login, output }: Given): string {
  files.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const all: { [variable: string]: Json } = { ...values };
  const isOpen = (name: string): boolean => declared.has(name) && !Object.hasOwn(values, name);
  if (isOpen(KEY_FILE) && isOpen(PUBLIC_KEY)) {
    const pair = login();
    all[KEY_FILE] = `${folder}/login`;
    all[PUBLIC_KEY] = pair.public;
    files.writeFileSync(`${folder}/login`, pair.private, { mode: 0o600, flag: 'wx' });
  }
  if (isOpen(OUTPUT_FOLDER)) all[OUTPUT_FOLDER] = output;
  const path = `${folder}/variables.pkrvars.json`;
  files.writeFileSync(path, JSON.stringify(all), { mode: 0o600, flag: 'wx' });
  return path;
}
