import type { Json } from '../base/json.ts';
import { type DiffLine, lineDiff } from '../base/line-diff.ts';
import { formatSize } from '../base/size.ts';
import { unreachable } from '../base/unreachable.ts';
import type { Difference, FileChange } from '../model/difference.ts';
import type { TreeEntry } from '../model/tree.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';

/** Files of one field that are shown; more are counted. */
const FILES = 30;

/** Unchanged lines that are shown beside a changed one. */
const CONTEXT = 1;

/** What differs, a field a line, its files and changed lines below it. `expressions`: what the variables of the command stand for. */
export function differenceLines(changed: readonly Difference[], paint: Paint, expressions: ReadonlyMap<string, string>): string[] {
  return changed.flatMap((one) => linesOf(one, paint, expressions)).map((line) => `  ${line}`);
}

function linesOf(one: Difference, paint: Paint, expressions: ReadonlyMap<string, string>): string[] {
  switch (one.field) {
    case 'task':
    case 'shell':
    case 'dir':
      return valueLines(one.field, one.from, one.to, paint);
    case 'command':
      return ['command', ...diffLines(lineDiff(asWritten(one.from, expressions), asWritten(one.to, expressions)), paint)];
    case 'value':
    case 'setting':
    case 'env':
    case 'probe':
    case 'tool':
      return valueLines(`${one.field} ${neutral(one.name)}`, one.from, one.to, paint);
    case 'input command':
      return [`output of \`${neutral(one.name)}\`: ${shortText(one.from)} -> ${shortText(one.to)}`];
    case 'secret':
      return [`secret ${neutral(one.name)}: ${versionText(one.from)} -> ${versionText(one.to)}`];
    case 'inputs':
      if (one.files) return ['inputs', ...fileLines(one.files, paint)];
      return [one.from && one.to ? 'inputs: which files is not known: the former ones were forgotten' : 'inputs'];
    case 'upstream': {
      const first = `upstream ${neutral(one.name)}: ${digestText(one.from)} -> ${digestText(one.to)}`;
      return [first, ...fileLines(one.files ?? [], paint)];
    }
    case 'outputs':
    case 'state': {
      const globs = [...one.added.map((glob) => `+${neutral(glob)}`), ...one.removed.map((glob) => `-${neutral(glob)}`)];
      return [`${one.field}: ${globs.length > 0 ? globs.join(' ') : 'declared otherwise'}`];
    }
    default:
      return unreachable(one);
  }
}

/** `env CFLAGS: -O1 -> -O2`; of several lines those that differ. */
function valueLines(name: string, from: Json | undefined, to: Json | undefined, paint: Paint): string[] {
  if (typeof from === 'string' && typeof to === 'string' && (isLong(from) || isLong(to)))
    return [name, ...diffLines(lineDiff(from, to), paint)];
  return [`${name}: ${valueText(from)} -> ${valueText(to)}`];
}

function isLong(text: string): boolean {
  return text.trimEnd().includes('\n');
}

function valueText(value: Json | undefined): string {
  if (value === undefined) return '(none)';
  if (typeof value !== 'string') return neutral(JSON.stringify(value));
  const text = value.trimEnd();
  return text === '' || text.includes('\n') ? JSON.stringify(value) : neutral(text);
}

function versionText(version: Json | undefined): string {
  return version === undefined ? '(none)' : version === '' ? 'no version' : `version ${neutral(String(version))}`;
}

function shortText(digest: Json | undefined): string {
  return digestText(typeof digest === 'string' ? digest : undefined);
}

function digestText(digest: string | undefined): string {
  return digest === undefined ? '(none)' : digest.slice(0, 16);
}

/** The changed lines, and what stands beside them. */
function diffLines(lines: readonly DiffLine[], paint: Paint): string[] {
  const isNear = (at: number): boolean => lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(([mark]) => mark !== ' ');
  const shown: string[] = [];
  let skipped = false;
  for (const [at, [mark, line]] of lines.entries()) {
    if (isNear(at)) {
      if (skipped) shown.push(`    ${paint.dim('...')}`);
      const text = `${mark} ${neutral(line)}`.trimEnd();
      shown.push(`  ${mark === '+' ? paint.good(text) : mark === '-' ? paint.bad(text) : text}`);
    }
    skipped = !isNear(at);
  }
  return shown;
}

function fileLines(files: readonly FileChange[], paint: Paint): string[] {
  const lines = files.slice(0, FILES).map(({ path, from, to }) => {
    const mark = from && to ? '~' : to ? '+' : '-';
    return `  ${paint.dim(mark)} ${neutral(path)}  ${changeText(from, to)}`;
  });
  if (files.length > FILES) lines.push(`  ${paint.dim('and')} ${files.length - FILES} more`);
  return lines;
}

function changeText(from: TreeEntry | undefined, to: TreeEntry | undefined): string {
  if (from?.kind !== 'file' || to?.kind !== 'file') return [from, to].flatMap((entry) => (entry ? [entryText(entry)] : [])).join(' -> ');
  const size = formatSize(from.size) === formatSize(to.size) ? formatSize(to.size) : `${formatSize(from.size)} -> ${formatSize(to.size)}`;
  const mode = from.executable === to.executable ? [] : [to.executable ? 'now executable' : 'no longer executable'];
  const content = from.digest !== to.digest && from.size === to.size ? ['other content'] : [];
  return [size, ...content, ...mode].join(', ');
}

function entryText(entry: TreeEntry): string {
  return entry.kind === 'link' ? `link to ${neutral(entry.target)}` : formatSize(entry.size);
}

/** A command with its expressions in place of the variables that stand for them. */
function asWritten(command: string, expressions: ReadonlyMap<string, string>): string {
  let text = command;
  for (const [name, expression] of expressions) {
    const written = `\${{ ${expression} }}`;
    text = text.replaceAll(`"\${${name}}"`, written).replaceAll(`\${${name}}`, written);
  }
  return text;
}
