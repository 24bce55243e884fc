import { dirname, join, resolve } from 'node:path';
import { digestOf } from '../../base/digest.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { makeFolder, replaceFile } from '../../io/replace.ts';
import { errnoOf, fileTrouble } from '../../io/trouble.ts';
import type { Files, Io } from '../../model/io.ts';
import { acquireLock } from '../../run/lock.ts';
import { whoAmI } from '../../run/self.ts';
import type { PortEntry, Refusal } from './ports.ts';
import { isWrong, type Registry, readRegistry, withEntry } from './registry.ts';

export const REGISTRY_NAME = 'port-registry.yml';

/** The registry of the nearest folder above that has one. */
export function findRegistry(files: Files, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, REGISTRY_NAME);
    if (files.statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
    if (folder === dirname(folder)) return undefined;
  }
}

/** What the file says; one that is missing says nothing. */
export function loadRegistry(files: Files, path: string): Result<Registry, Refusal> {
  let text = '';
  try {
    text = files.readFileSync(path, 'utf8');
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') return err(fileTrouble(thrown, 'read', path));
  }
  const read = readRegistry(path, text);
  if (!isWrong(read)) return ok(read);
  const lines = read.map(({ message, span }) => `${path}${span ? `:${span.start.line}:${span.start.column}` : ''}: ${message}`);
  return err({ message: lines.join('\nsbx: ') });
}

/** Changes one entry, nobody else in between. `decide` sees the entries as they are then. */
export async function changeRegistry(
  io: Io,
  path: string,
  state: string,
  decide: (entries: readonly PortEntry[]) => Result<PortEntry, Refusal>,
  signal: AbortSignal,
): Promise<Result<PortEntry, Refusal>> {
  const file = existing(io.files, path);
  const locks = join(state, 'locks');
  const wish = { path: join(locks, digestOf(file).slice(0, 16)), self: whoAmI(io.files), command: 'sbx bridge ports' };
  try {
    makeFolder(io.files, locks);
  } catch (thrown) {
    return err(fileTrouble(thrown, 'make', locks));
  }
  const lock = await acquireLock(io, wish, { signal, waiting: () => {} });
  if (!lock.ok) return lock;
  if (!('release' in lock.value)) return err({ message: `sbx is at work on ${path} already` });
  using _held = lock.value;
  const registry = loadRegistry(io.files, file);
  if (!registry.ok) return registry;
  const decided = decide(registry.value.entries);
  if (!decided.ok) return decided;
  const text = withEntry(registry.value, decided.value);
  try {
    if (text !== registry.value.text) replaceFile(io, file, text, { mode: modeOf(io.files, file) });
  } catch (thrown) {
    return err(fileTrouble(thrown, 'write', file));
  }
  return decided;
}

/** Where a link leads, so that the file is replaced and not the link. */
function existing(files: Files, path: string): string {
  return files.existsSync(path) ? files.realpathSync(path) : resolve(path);
}

function modeOf(files: Files, path: string): number {
  return (files.statSync(path, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777;
}
