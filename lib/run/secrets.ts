import { constants } from 'node:fs';
import { shellQuote } from '../base/quote.ts';
import { err, ok, type Result } from '../base/result.ts';
import { errnoOf } from '../io/trouble.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { Secret } from '../model/project.ts';
import type { Pairs } from '../model/value.ts';
import { type Mask, maskFor, SHORTEST_SECRET } from './mask.ts';

/** The values of the declared secrets: each read once, when a step first needs it. Values leave only into a step's environment. */
export interface Secrets {
  /** The variables of the named secrets, or why a step that needs them cannot run. */
  variables(names: readonly string[]): Result<Pairs, Failure>;
  /** A mask that knows every declared secret that has a value here, whichever step may print it. */
  mask(): Mask;
  /** A text without any of these values: errors quote what they were given. */
  hide(text: string): string;
}

export function secretsOf(declared: readonly Secret[], io: Pick<Io, 'files' | 'environment'>): Secrets {
  const read = new Map<string, Result<string, Failure>>();
  const valueOfSecret = (name: string): Result<string, Failure> => {
    const known = read.get(name) ?? readSecret(name, declared, io);
    read.set(name, known);
    return known;
  };
  let masks: (() => Mask) | undefined;
  const mask = (): Mask => {
    masks ??= maskFor(declared.map(({ name }) => valueOfSecret(name)).flatMap((value) => (value.ok ? [value.value] : [])));
    return masks();
  };
  return {
    variables(names) {
      const pairs: [string, string][] = [];
      for (const name of names) {
        const value = valueOfSecret(name);
        if (!value.ok) return value;
        pairs.push([name, value.value]);
      }
      return ok(pairs);
    },
    mask,
    hide(text) {
      const { push, end } = mask();
      return Buffer.concat([push(Buffer.from(text)), end()]).toString();
    },
  };
}

function readSecret(name: string, declared: readonly Secret[], io: Pick<Io, 'files' | 'environment'>): Result<string, Failure> {
  const file = declared.find((secret) => secret.name === name)?.file;
  const text = file === undefined ? fromEnvironment(name, io) : fromFile(name, file, io);
  if (!text.ok) return text;
  if (Buffer.byteLength(text.value) < SHORTEST_SECRET) {
    return unsafe(`the secret ${name} has fewer than ${SHORTEST_SECRET} characters: it could not be masked in logs`);
  }
  if (text.value.includes('\0')) return unsafe(`the secret ${name} contains NUL: no variable can hold it`);
  return text;
}

function fromEnvironment(name: string, io: Pick<Io, 'environment'>): Result<string, Failure> {
  const value = io.environment.get(name);
  if (value !== undefined && value !== '') return ok(value);
  const hint = `export ${name}=..., or give the secret a file of mode 0600`;
  return err({ code: 'secret-missing', message: `the secret ${name} is not in the environment`, hint });
}

function fromFile(name: string, file: string, io: Pick<Io, 'files'>): Result<string, Failure> {
  let fd: number;
  try {
    fd = io.files.openSync(file, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe would be waited for
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT')
      return err({ code: 'secret-missing', message: `the file ${file} of the secret ${name} cannot be read` });
    const hint = `write the value into it, for you alone: (umask 077; cat > ${shellQuote(file)})`;
    return err({ code: 'secret-missing', message: `there is no file ${file} of the secret ${name}`, hint });
  }
  try {
    // Asked of what was opened, so that the file that is judged is the file that is read.
    const stats = io.files.fstatSync(fd);
    if (!stats.isFile()) return unsafe(`${file} of the secret ${name} is not a regular file`);
    if ((stats.mode & 0o077) !== 0) return unsafe(`others may read ${file} of the secret ${name}`, `chmod 600 ${shellQuote(file)}`);
    return ok(io.files.readFileSync(fd, 'utf8').replace(/\r?\n$/, ''));
  } finally {
    io.files.closeSync(fd);
  }
}

function unsafe(message: string, hint?: string): Result<never, Failure> {
  return err(hint === undefined ? { code: 'secret-unsafe', message } : { code: 'secret-unsafe', message, hint });
}
