import { formatSize } from '../base/size.ts';
import type { TreeEntry } from '../model/tree.ts';
import { documentOf } from './document.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { rows } from './rows.ts';

/** What `sbx fetch` would bring, or brought. */
export interface FetchShown {
  readonly step: string;
  readonly sandbox: string;
  /** Where it goes, absolute. */
  readonly to: string;
  readonly files: readonly { readonly entry: TreeEntry; readonly is: 'new' | 'changed' | 'same' }[];
}

/** What comes, a line each; what is here already is counted. */
export function fetchLines({ files }: FetchShown, paint: Paint, columns?: number): string {
  const coming = files.filter(({ is }) => is !== 'same');
  const lines = rows(
    coming.map(({ entry, is }) => [{ text: is, paint: is === 'new' ? paint.good : paint.warn }, sizeOf(entry), neutral(entry.path)]),
    columns,
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** `3 files, 12.0 KiB; 2 are here already` */
export function fetchCounts({ files }: FetchShown): string {
  const coming = files.filter(({ is }) => is !== 'same');
  const bytes = coming.reduce((sum, { entry }) => sum + (entry.kind === 'file' ? entry.size : 0), 0);
  const same = files.length - coming.length;
  const here = same === 0 ? '' : `; ${same} ${same === 1 ? 'is' : 'are'} here already`;
  return `${coming.length} file${coming.length === 1 ? '' : 's'}, ${formatSize(bytes)}${here}`;
}

export function fetchJson({ step, sandbox, to, files }: FetchShown, brought: boolean): string {
  const listed = files.map(({ entry, is }) => ({
    path: entry.path,
    is,
    ...(entry.kind === 'file' ? { size: entry.size } : { target: entry.target }),
  }));
  return documentOf('fetch', 1, { step, sandbox, to, brought, files: listed });
}

function sizeOf(entry: TreeEntry): string {
  return entry.kind === 'file' ? formatSize(entry.size) : 'link';
}
