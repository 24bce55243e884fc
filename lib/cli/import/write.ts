import type { Choice } from './choices.ts';
import { HERE, type Note } from './makefile.ts';
import type { ImportedStep } from './steps.ts';

/** All that is written. */
export interface Imported {
  /** The Makefile, as it was named. */
  readonly source: string;
  readonly goal?: string;
  readonly params: readonly Choice[];
  readonly env: readonly (readonly [name: string, text: string])[];
  readonly steps: readonly ImportedStep[];
  readonly notes: readonly Note[];
}

/** The text of the Sandboxfile but for its first line, which is for editors. What is to be known of a step stands above it, what is of no step at the top. */
export function sandboxfileText({ source, goal, params, env, steps, notes }: Imported): string {
  const of = (step: ImportedStep): readonly Note[] => notes.filter(({ target }) => target === step.target);
  const placed = new Set(steps.flatMap(of));
  const top = notes.filter((note) => !placed.has(note));
  return [
    comment(`Made from ${source} by sbx import. Lines marked "not translated" need a hand.`),
    ...top.flatMap(noteComment),
    'version: 1',
    ...(goal === undefined ? [] : [`default: [${goal}]`]),
    ...(params.length === 0 ? [] : ['', 'params:', ...params.map((choice) => `  ${choice.param}: ${scalar(presetOf(choice))}`)]),
    ...(env.length === 0 ? [] : ['', 'env:', ...env.map(([name, text]) => `  ${name}: ${scalar(text)}`)]),
    '',
    steps.length === 0 ? 'steps: {}' : 'steps:',
    ...steps.flatMap((step) => [...of(step).flatMap((note) => noteComment(note).map((line) => `  ${line}`)), ...stepLines(step)]),
    '',
  ].join('\n');
}

function presetOf({ value, yieldsTo }: Choice): string {
  return yieldsTo === undefined ? value : `\${{ default(env.${yieldsTo}, '${value}') }}`;
}

/** A note as one line: where, what, why, what to do. */
export function noteLine({ at, text, why, instead, left }: Note): string {
  const shown = oneLine(text);
  return `${at.file}:${at.line}: ${left ? 'not translated: ' : ''}${shown === '' ? '' : `\`${shown}\`: `}${oneLine(why)}${instead === undefined ? '' : `. ${oneLine(instead)}`}`;
}

function noteComment(note: Note): readonly string[] {
  return [comment(noteLine(note))];
}

function oneLine(text: string): string {
  const line = text
    .replaceAll(HERE, '$(CURDIR)')
    .replace(/\\?\s*\n\s*/g, ' ')
    .trim();
  return line.length > 160 ? `${line.slice(0, 160)}...` : line;
}

function comment(text: string): string {
  return `# ${printable(text)}`;
}

function stepLines(step: ImportedStep): readonly string[] {
  const { id, description, needs, after, run, shell, interactive, inputs, outputs, env, passEnv } = step;
  const list = (key: string, values: readonly string[] | undefined, always = false): readonly string[] =>
    values === undefined || (values.length === 0 && !always) ? [] : [`    ${key}: ${flowList(values)}`];
  return [
    `  ${id}:`,
    ...(description === undefined ? [] : [`    description: ${scalar(description.replaceAll('${{', '$ {{'))}`]),
    ...list('needs', needs),
    ...list('after', after),
    ...(shell === undefined ? [] : [`    shell: ${shell}`]),
    ...(interactive === undefined ? [] : ['    interactive: true']),
    ...list('env', env),
    ...list('passEnv', passEnv),
    ...runLines(run),
    ...list('inputs', inputs, true),
    ...list('outputs', outputs, true),
  ];
}

function runLines(run: string): readonly string[] {
  if (isPlain(run)) return [`    run: ${run}`];
  if (/^[\x20-\x7e]*$/.test(run) && !/["\\]/.test(run)) return [`    run: ${quoted(run)}`];
  // A block keeps its text as it is, but for what it cannot hold.
  if (/^\s|[^\n\t\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\uffef]|^$/.test(run)) return [`    run: ${quoted(run)}`];
  return ['    run: |', ...run.split('\n').map((line) => (line === '' ? '' : `      ${line}`))];
}

function flowList(values: readonly string[]): string {
  return `[${values.map((value) => (/^[A-Za-z_./][\w./-]*$/.test(value) && !isWord(value) ? value : quoted(value))).join(', ')}]`;
}

function scalar(text: string): string {
  return isPlain(text) ? text : quoted(text);
}

/** Text that YAML reads as the same text without quotes. */
function isPlain(text: string): boolean {
  return /^[A-Za-z_./$][\x20-\x7e]*$/.test(text) && !/: |:$| #| $/.test(text) && !isWord(text);
}

function isWord(text: string): boolean {
  return /^(?:true|false|null|yes|no|on|off|y|n|~|\.inf|\.nan|[\d.+_e-]*)$/i.test(text);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\x7f-\x9f\u2028\u2029\ufeff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Without what would end a comment, or cannot stand in a file. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]/g, ' ');
}
