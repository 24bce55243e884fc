import { parseDuration } from '../base/duration.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { UsageError } from './args.ts';
import { type FlagName, REPORTS } from './flags.ts';

// Texts of flags as values of a type, or what is wrong with them. Knows nothing of where a text comes from.

export interface ReportWish {
  readonly format: (typeof REPORTS)[number];
  readonly file: string;
}

export type NamedTexts = readonly (readonly [name: string, text: string])[];

/** Each `K=V`. */
export function pairsOf(flag: FlagName, texts: readonly string[] | undefined, example: string): Result<NamedTexts, UsageError> {
  const pairs: (readonly [string, string])[] = [];
  for (const text of texts ?? []) {
    const cut = text.indexOf('=');
    if (cut < 1) return err({ message: `--${flag} needs K=V, not "${text}"`, hint: `e.g. --${flag} ${example}` });
    pairs.push([text.slice(0, cut), text.slice(cut + 1)]);
  }
  return ok(pairs);
}

export function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** Milliseconds. */
export function durationOf(name: FlagName, text: string | undefined, example: string): Result<number | undefined, UsageError> {
  const ms = text === undefined ? undefined : parseDuration(text);
  return text !== undefined && ms === undefined ? err({ message: `--${name} cannot be "${text}"`, hint: `e.g. ${example}` }) : ok(ms);
}

export function parseReports(texts: readonly string[]): Result<readonly ReportWish[], UsageError> {
  const wishes: ReportWish[] = [];
  for (const text of texts) {
    const cut = text.indexOf('=');
    const format = choice(text.slice(0, Math.max(cut, 0)), REPORTS);
    const file = text.slice(cut + 1);
    if (format === undefined || file === '')
      return err({
        message: `--report needs FORMAT=FILE, not "${text}"`,
        hint: `e.g. --report junit=junit.xml; a format is ${REPORTS.join(', ')}`,
      });
    wishes.push({ format, file });
  }
  return ok(wishes);
}

export function parseJobs(text: string | undefined, cpus: number): Result<number | undefined, UsageError> {
  if (text === undefined) return ok(undefined);
  const part = /^(\d{1,6})(%?)$/.exec(text);
  const count = part?.[2] ? Math.max(1, Math.round((Number(part[1]) * cpus) / 100)) : Number(part?.[1]);
  if (!part || Number(part[1]) < 1) return err({ message: `--jobs cannot be "${text}"`, hint: 'a number from 1, or e.g. 50%' });
  return ok(count);
}

export function choice<T extends string>(text: string | undefined, choices: readonly T[]): T | undefined {
  return choices.find((known) => known === text);
}
