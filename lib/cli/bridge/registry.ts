import { isMap, type Plain } from '../../base/plain.ts';
import type { Span } from '../../base/span.ts';
import { parseDocument } from '../../config/document.ts';
import { saysNothing, setFields } from '../../config/edit-yaml.ts';
import type { Path } from '../../config/parsed.ts';
import { type PortEntry, RESERVED } from './ports.ts';

// The text of port-registry.yml: read as a whole, changed only where a value changes, so that comments and order stay as they are.

/** A registry as it was read. */
export interface Registry {
  readonly text: string;
  readonly entries: readonly PortEntry[];
}

/** Something wrong in the registry, and where. */
interface Wrong {
  readonly message: string;
  readonly span?: Span | undefined;
}

export function isWrong(read: Registry | readonly Wrong[]): read is readonly Wrong[] {
  return Array.isArray(read);
}

const KEYS = { vm: 'vm_name', host: 'host_machine', status: 'status' } as const;

/** What the text says, or all that is wrong with it. A text of comments alone is a registry without entries. */
export function readRegistry(file: string, text: string): Registry | readonly Wrong[] {
  if (saysNothing(text)) return { text, entries: [] };
  const { value: document, diagnostics } = parseDocument(file, Buffer.from(text));
  if (document === undefined || diagnostics.length > 0) return diagnostics;
  const ports = document.root.get('ports') ?? null;
  const wrong: Wrong[] = [];
  const say = (message: string, path: Path, part: 'key' | 'value' = 'value'): void => {
    wrong.push({ message, span: document.spanOf(path, part) });
  };
  if (ports !== null && !isMap(ports)) say('`ports` is a map from port to entry', ['ports']);
  const entries: PortEntry[] = [];
  const holders = new Map<string, number>();
  for (const [name, entry] of isMap(ports) ? ports : []) {
    const at = ['ports', name];
    const port = Number(name);
    if (!/^\d+$/.test(name) || port < 1 || port > 65_535) {
      say(`\`${name}\` is no port`, at, 'key');
      continue;
    }
    if (entry !== null && !isMap(entry)) {
      say('an entry is a map with vm_name, host_machine and status', at);
      continue;
    }
    const field = (key: string): string => {
      const value: Plain = entry?.get(key) ?? null;
      if (typeof value === 'string' || value === null) return value ?? '';
      say(`\`${key}\` is text`, [...at, key]);
      return '';
    };
    const read = { port, vm: field(KEYS.vm), host: field(KEYS.host), status: field(KEYS.status) || RESERVED };
    const other = holders.get(read.vm);
    if (other !== undefined && read.status === RESERVED) say(`${read.vm} has port ${other} already`, [...at, KEYS.vm]);
    if (read.vm !== '' && read.status === RESERVED) holders.set(read.vm, port);
    entries.push(read);
  }
  return wrong.length > 0 ? wrong : { text, entries };
}

/** The text with this entry in the place of the one of its port, or as a new one in order. */
export function withEntry({ text }: Registry, { port, vm, host, status }: PortEntry): string {
  return setFields(text, ['ports', String(port)], { [KEYS.vm]: vm, [KEYS.host]: host, [KEYS.status]: status });
}
