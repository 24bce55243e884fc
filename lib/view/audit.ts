import { type Audit, isClean } from '../model/audit.ts';
import type { StepId } from '../model/project.ts';
import type { Paint } from './paint.ts';

const SHOWN = 20;

/** What steps did that they do not declare, and the lines that would declare it. */
export function auditText(audits: ReadonlyMap<StepId, Audit>, far: readonly StepId[], paint: Paint): string {
  const lines = [...audits].flatMap(([step, audit]) => ['', ...stepLines(step, audit, paint)]);
  if (far.length > 0) lines.push('', `not audited, for they run in other places: ${far.join(', ')}`);
  if (audits.size === 0 && far.length === 0) lines.push('', 'nothing was executed, so nothing was audited');
  return `${lines.join('\n')}\n`;
}

function stepLines(step: StepId, audit: Audit, paint: Paint): readonly string[] {
  const ignored = new Set(audit.ignored);
  const lines = [
    ...rows(
      'reads',
      audit.read.map((path) => (ignored.has(path) ? `${path}  (git ignores it)` : path)),
    ),
    ...audit.products.flatMap((one) => rows(`reads of ${one.step}, which it does not need`, one.paths)),
    ...rows('reads of git, which cannot be declared', audit.git),
    ...rows('writes', audit.wrote),
    ...rows('removes', audit.removed),
    ...offerLines(step, audit, paint),
    ...hint('declared and not read', audit.unread),
    ...hint('declared and not written', audit.unwritten),
    ...hint('lists folders, and what comes and goes in them does not count', audit.listed),
    ...hint(
      'outside of the project',
      audit.outside.map(({ folder, files }) => `${folder} (${files})`),
    ),
    ...hint('programs', audit.programs),
    ...audit.gaps.map((gap) => `  not whole: ${gap}`),
  ];
  const [found] = audit.found;
  if (found !== undefined)
    lines.push(`  it found ${found} there: what it did not do again was not seen; before the next audit: sbx clean ${step}`);
  const title = isClean(audit) ? 'everything that it reads and writes is declared' : 'this is not declared';
  return [`${paint.bold(`audit of ${step}`)}: ${title}`, ...lines];
}

function rows(title: string, paths: readonly string[]): readonly string[] {
  if (paths.length === 0) return [];
  const more = paths.length - SHOWN;
  return [`  ${title}`, ...paths.slice(0, SHOWN).map((path) => `    ${visible(path)}`), ...(more > 0 ? [`    and ${more} more`] : [])];
}

function hint(title: string, words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : [`  ${title}: ${words.slice(0, SHOWN).map(visible).join(', ')}${words.length > SHOWN ? ', ...' : ''}`];
}

function offerLines(step: StepId, { offer }: Audit, paint: Paint): readonly string[] {
  const keys = Object.entries(offer).map(([key, words]) => `      ${key}: [${words.map(yamlWord).join(', ')}]`);
  return keys.length === 0 ? [] : [`  below ${paint.bold(step)}, in place of what it has:`, ...keys];
}

/** A word of a list in brackets: in quotes where YAML would take it for something else. */
function yamlWord(text: string): string {
  return /^[A-Za-z_./][\w./@+-]*$/.test(text) && !/^(true|false|yes|no|on|off|null|y|n)$/i.test(text) ? text : JSON.stringify(text);
}

function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: names of files may hold them, a terminal must not
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => JSON.stringify(char).slice(1, -1));
}
