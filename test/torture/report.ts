// The report: one file a row in a folder, so that rows which run side by side do not write over each other.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../rig/cli.ts';
import type { RowReport } from './drive.ts';

/** Where `npm run torture` and every test run leave theirs. */
export const REPORT: string = join(REPOSITORY, '.build/torture');

/** From where `npm run gen` makes the tables of docs/reliability.md. */
export const KEPT: string = join(REPOSITORY, 'docs/reliability/rows');

/** One part of a row with where it was run. */
export interface Kept extends RowReport {
  readonly commit: string;
  readonly node: string;
  /** When it ended, ISO 8601. */
  readonly at: string;
}

/** The last short and the last long part of a row. */
export type RowParts = { readonly [part in RowReport['part']]?: Kept };

export function keep(folder: string, report: RowReport): void {
  const entry: Kept = { ...report, commit: commit(), node: process.version, at: new Date().toISOString() };
  const parts: RowParts = { ...readReport(folder)[report.row], [report.part]: entry };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${report.row}.json`), `${JSON.stringify(parts, undefined, 2)}\n`);
}

/** Rows by name; none if there is no report yet. */
export function readReport(folder: string): { readonly [row: string]: RowParts } {
  const names = listed(folder).filter((name) => name.endsWith('.json'));
  return Object.fromEntries(
    names.map((name) => [name.slice(0, -'.json'.length), JSON.parse(readFileSync(join(folder, name), 'utf8')) as RowParts]),
  );
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return []; // the first run
  }
}

/** Of the code that was attacked; reports and documents may be newer. */
function commit(): string {
  const git = (...args: readonly string[]): string => spawnSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' }).stdout?.trim() ?? '';
  const head = git('rev-parse', '--short', 'HEAD') || 'unknown';
  return git('status', '--porcelain', '--', 'lib', 'tasks', 'test') === '' ? head : `${head} and changes`;
}
