import { err, ok, type Result } from '../../base/result.ts';
import { readRegular } from '../../io/read-regular.ts';
import { replaceFile } from '../../io/replace.ts';
import { errnoOf, fileTrouble } from '../../io/trouble.ts';
import type { Files, Io } from '../../model/io.ts';
import { alone, type Refusal, realPath } from '../alone.ts';
import type { PortEntry } from './ports.ts';
import { isWrong, type Registry, readRegistry, withEntry } from './registry.ts';

export const REGISTRY_NAME = 'port-registry.yml';

/** What the file says; one that is missing says nothing. */
export function loadRegistry(files: Files, path: string): Result<Registry, Refusal> {
  let text = '';
  try {
    text = readRegular(files, path).toString('utf8');
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
  const file = realPath(io, path);
  return await alone(io, { file, state, command: 'sbx bridge ports' }, signal, async () => {
    const registry = loadRegistry(io.files, file);
    if (!registry.ok) return registry;
    const decided = decide(registry.value.entries);
    if (!decided.ok) return decided;
    const text = withEntry(registry.value, decided.value);
    const mode = (io.files.statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777;
    try {
      if (text !== registry.value.text) replaceFile(io, file, text, { mode });
    } catch (thrown) {
      return err(fileTrouble(thrown, 'write', file));
    }
    return decided;
  });
}
