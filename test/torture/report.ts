import { readFileSync } from 'node:fs';
import type { RowReport } from './drive.ts';

/** One part of a row with where it was run. */
export interface Kept extends RowReport {
  readonly commit: string;
  readonly node: string;
  /** When it ended, ISO 8601. */
  readonly at: string;
}

/** Rows by name, each with its last short and its last long part. */
export interface TortureReport {
  readonly [row: string]: { readonly [part in RowReport['part']]?: Kept };
}

/** What `file` keeps of earlier runs; nothing if it does not exist. */
export function readReport(file: string): TortureReport {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TortureReport;
  } catch {
    return {}; // the first run
  }
}
