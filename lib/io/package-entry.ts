import { dirname, join } from 'node:path';
import type { Files } from '../model/io.ts';

// Which module a package is, by the rules of Node for `import`: the next node_modules that has it, then its `exports`, else `main`, else index.js.

interface PackageEntry {
  /** Absolute. */
  readonly file: string;
  readonly version: string;
}

/** What Node takes when it imports. */
const CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'default']);

/** Undefined: it is not installed for `folder`, absolute. A text: why it cannot be imported. All that decides is looked at through `files`. */
export function packageEntry(
  name: string,
  folder: string,
  files: Pick<Files, 'readFileSync' | 'existsSync'>,
): PackageEntry | string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const home = join(at, 'node_modules', name);
    const file = join(home, 'package.json');
    if (files.existsSync(file)) return entryIn(home, file, files);
    if (dirname(at) === at) return undefined;
  }
}

function entryIn(home: string, file: string, files: Pick<Files, 'readFileSync'>): PackageEntry | string {
  let manifest: { readonly [key: string]: unknown };
  try {
    manifest = JSON.parse(files.readFileSync(file, 'utf8'));
  } catch (thrown) {
    return `its package.json cannot be read: ${(thrown as Error).message}`;
  }
  const { exports, main, version } = manifest;
  const entry = exports === undefined || exports === null ? (typeof main === 'string' ? main : 'index.js') : targetOf(exports);
  if (entry === undefined) return 'its package.json exports nothing that can be imported';
  return { file: join(home, entry), version: String(version ?? '') };
}

/** The target of `.`. */
function targetOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(targetOf).find((one) => one !== undefined);
  if (typeof exports !== 'object' || exports === null) return undefined;
  const entries = Object.entries(exports);
  if (entries.some(([key]) => key.startsWith('.'))) return targetOf((exports as { readonly '.'?: unknown })['.']);
  for (const [key, value] of entries) {
    const target = CONDITIONS.has(key) ? targetOf(value) : undefined;
    if (target !== undefined) return target;
  }
  return undefined;
}
