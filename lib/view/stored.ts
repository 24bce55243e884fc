import { formatDuration } from '../base/duration.ts';
import { formatSize } from '../base/size.ts';
import type { FingerprintRecord } from '../model/fingerprint.ts';
import type { Remembered } from '../model/look.ts';
import { asWritten } from '../model/output.ts';
import type { Script } from '../model/script.ts';
import type { TreeEntry } from '../model/tree.ts';
import { documentOf } from './document.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { recordRows } from './record.ts';
import { rows } from './rows.ts';

/** A success in the store. Sizes in bytes, times in milliseconds since 1970. */
interface Stored {
  readonly success: Remembered & { readonly step: string; readonly project: string; readonly record: FingerprintRecord };
  readonly bytes: number;
  readonly used: number;
}

/** Digits of a key that a list shows. */
const DIGITS = 12;

/** Step, key, age, size and number of outputs of each; with `projects` whose they are. */
export function storedText(all: readonly Stored[], now: number, projects: boolean, paint: Paint, columns?: number): string {
  if (all.length === 0) return 'nothing is stored\n';
  const table = all.map(({ success, bytes }) => [
    ...(projects ? [success.project] : []),
    { text: success.step, paint: paint.name },
    { text: success.key.slice(0, DIGITS), paint: paint.dim },
    `${formatDuration(Math.max(0, now - success.at))} ago`,
    formatSize(bytes),
    outputsText(success),
  ]);
  return `${rows(table, columns).join('\n')}\n`;
}

function outputsText({ outputs }: Remembered): string {
  if (outputs === null) return 'passed';
  return `${outputs.entries.length} ${outputs.entries.length === 1 ? 'output' : 'outputs'}`;
}

export function storedJson(all: readonly Stored[]): string {
  const successes = all.map(({ success, bytes, used }) => {
    const { key, step, project, at, ms, outputs } = success;
    return { key, step, project, at, ms, used, bytes, outputs: outputs?.entries.length ?? null };
  });
  return documentOf('cache-ls', 1, { successes });
}

/** One success in full. `script`: as it was written, if that is known; `log`: what it wrote, undefined if that is lost. */
export function oneStoredText(
  { success, bytes, used, script, log }: Stored & { readonly script: Script | undefined; readonly log: string | undefined },
  now: number,
  paint: Paint,
  columns?: number,
): string {
  const { step, project, key, at, ms, outputs, values, record } = success;
  const ago = (time: number): string => `${formatDuration(Math.max(0, now - time))} ago`;
  const lines = [
    paint.name(neutral(step)),
    ...rows(
      [
        ['key', key],
        ['project', project],
        ['made', `${ago(at)}, in ${formatDuration(ms)}; last used ${ago(used)}`],
        ['size', formatSize(bytes)],
      ],
      columns,
    ),
    '',
    'What counts:',
    ...rows(recordRows(record, script), columns),
  ];
  const written = Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]);
  if (written.length > 0) lines.push('', 'Values:', ...rows(written, columns));
  if (outputs) lines.push('', `Outputs: ${outputs.entries.length}`, ...rows(outputs.entries.map(entryRow), undefined));
  if (success.log !== undefined) lines.push('', log === undefined ? 'Its log is lost.' : 'Log:', ...logLines(log ?? '', paint));
  return `${lines.join('\n')}\n`;
}

function entryRow(entry: TreeEntry): string[] {
  if (entry.kind === 'link') return [entry.path, 'link', entry.target];
  return [entry.path, formatSize(entry.size), `${entry.digest}${entry.executable ? ' executable' : ''}`];
}

function logLines(log: string, paint: Paint): string[] {
  const lines = log.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `  ${paint.dim('|')} ${neutral(line, paint.level > 0)}`.trimEnd());
}

export function oneStoredJson({ success, bytes, used }: Stored, log: string | undefined): string {
  const { key, step, project, at, ms, record, outputs, values } = success;
  const own = values === undefined ? {} : { values };
  const text = success.log === undefined ? {} : { log: log ?? null };
  return documentOf('cache-show', 1, {
    key,
    step,
    project,
    at,
    ms,
    used,
    bytes,
    record: asWritten(record),
    outputs: outputs?.entries ?? null,
    ...own,
    ...text,
  });
}
