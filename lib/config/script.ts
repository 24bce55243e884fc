import { isList, isMap } from '../base/plain.ts';
import type { Script, Variable } from '../model/script.ts';
import type { Scalar } from '../model/value.ts';
import { stepFields } from '../schema/step.ts';
import { checkField, type Field } from './field.ts';
import { below, type Origin, type Report } from './report.ts';
import { addAtExpression, isSet, type Resolved, resolvePieces, resolveValue } from './resolve.ts';
import type { Scope } from './scope.ts';
import type { Entry } from './section.ts';
import { scanShell } from './shell/scan.ts';
import type { Atom, Verdict } from './shell/text.ts';

const SAY_WHERE = 'Say where they go: ${{ args }}.';

interface ScriptAsk {
  readonly shell: Script['shell'] | undefined;
  /** Named on the command line: words behind `--` are appended unless the text says where they go. */
  readonly named: boolean;
}

/** `run:` with its values made safe; undefined if there is none, or something is wrong with it. */
export function readScript(entry: Entry, scopeOf: (layer: number) => Scope, ask: ScriptAsk, report: Report): Script | undefined {
  const field = entry.fields.get('run');
  if (field === undefined) return undefined;
  if (checkField(stepFields.run, field.value, field, report) === undefined) return undefined;
  const scope = scopeOf(field.layer);
  if (isList(field.value) || ask.shell === 'argv') return readWords(field, scope, ask, report);
  return isMap(field.value) ? undefined : readShellText(String(field.value), field, scope, { ...ask, shell: ask.shell ?? 'sh' }, report);
}

/** Words as they are. A text is split at blanks; one that needs quotes is a list. */
function readWords(field: Field, scope: Scope, { shell, named }: ScriptAsk, report: Report): Script | undefined {
  if (shell !== 'argv') {
    return void report.add(
      'conflicting-keys',
      'a list of words goes with `shell: argv`',
      field,
      'For several lines write `run: |` and the lines below it.',
    );
  }
  const text = isList(field.value) ? undefined : String(field.value);
  if (text !== undefined && /['"\\`]/.test(text.replace(/\$\{\{.*?\}\}/gs, ''))) {
    return void report.add('bad-value', 'without a shell quotes mean nothing', field, 'Write the words as a list.');
  }
  const written = text === undefined ? (field.value as readonly unknown[]).map(String) : splitAtBlanks(text);
  const words: string[] = [];
  for (const [i, word] of written.entries()) {
    const origin: Origin = text === undefined ? below(field, i) : field;
    const value = resolveValue([word], scope, { ...origin, path: origin.path.slice(0, text === undefined ? -1 : undefined) }, report);
    if (value === undefined) return undefined;
    words.push(...(value as readonly Scalar[]).map(String));
  }
  if (named && !written.some((word) => mentionsArgs(word))) words.push(...scope.ask.args);
  return { shell: 'argv', words, source: text ?? written.join(' ') };
}

/** Blanks inside of expressions do not split. */
function splitAtBlanks(text: string): readonly string[] {
  return text.match(/(?:\$\{\{.*?\}\}|\S)+/gs) ?? [];
}

function mentionsArgs(text: string): boolean {
  return [...text.matchAll(/\$\{\{(.*?)\}\}/gs)].some(([, inner = '']) => /(?:^|[^.\w])args\b/.test(inner));
}

function readShellText(
  text: string,
  field: Field,
  scope: Scope,
  { shell, named }: { readonly shell: 'sh' | 'bash'; readonly named: boolean },
  report: Report,
): Script | undefined {
  const extra = named && scope.ask.args.length > 0 && !mentionsArgs(text);
  if (!extra && !text.includes('${{')) return { shell, text, variables: [], source: text };
  const pieces = text.includes('${{') ? resolvePieces(text, scope, field, report) : [text];
  if (pieces === undefined) return undefined;
  const whole = pieces.filter((piece) => typeof piece === 'object' && !isSet(piece, field, report)).length === 0;
  const appended: readonly Resolved[] = extra
    ? [...trimmed(pieces), ' ', { nth: -1, text: 'args', length: 0, value: scope.ask.args }]
    : pieces;
  const end = text.trimEnd().at(-1) ?? ';';
  if (extra && ';&|(){<>'.includes(end))
    return void report.add('unsafe-expression', `words cannot be appended behind \`${end}\``, field, SAY_WHERE);
  const verdicts = verdictsOf(appended, shell);
  if (!allSafe(appended, verdicts, field, report) || !whole) return undefined;
  return { shell, ...written(appended, verdicts, text), source: text };
}

/** The text without the white space at its end, where words can be appended. */
function trimmed(pieces: readonly Resolved[]): readonly Resolved[] {
  const last = pieces.at(-1);
  return typeof last === 'string' ? [...pieces.slice(0, -1), last.trimEnd()] : pieces;
}

function verdictsOf(pieces: readonly Resolved[], shell: 'sh' | 'bash'): ReadonlyMap<number, Verdict> {
  const atoms: Atom[] = [];
  for (const [i, piece] of pieces.entries()) {
    if (typeof piece !== 'string') atoms.push(i);
    else for (let at = 0; at < piece.length; at++) atoms.push(piece[at] as string);
  }
  return scanShell(atoms, shell, (hole) => typeof pieces[hole] === 'object' && Array.isArray(pieces[hole].value));
}

function allSafe(pieces: readonly Resolved[], verdicts: ReadonlyMap<number, Verdict>, field: Field, report: Report): boolean {
  let safe = true;
  for (const [i, piece] of pieces.entries()) {
    if (typeof piece === 'string') continue;
    const verdict = verdicts.get(i);
    if (verdict !== undefined && verdict.is !== 'refused') continue;
    safe = false;
    const why = verdict?.why ?? 'this place is not known to be safe';
    if (piece.nth < 0) {
      report.add('unsafe-expression', `words cannot be appended to this command: ${why}`, field, SAY_WHERE);
    } else {
      const text = Array.isArray(piece.value) ? `join(${piece.text}, ' ')` : piece.text;
      const hint = `Give it as a variable: \`env: { VALUE: "\${{ ${text} }}" }\`, and write "$VALUE".`;
      addAtExpression('unsafe-expression', `a value cannot stand here: ${why}`, piece, field, report, hint);
    }
  }
  return safe;
}

/** The text with references in its holes, and the variables that they refer to: one for each different expression. */
function written(pieces: readonly Resolved[], verdicts: ReadonlyMap<number, Verdict>, source: string) {
  let prefix = '__sbx_';
  while (source.includes(prefix)) prefix += '_';
  const variables = new Map<string, Variable>();
  const reference = (of: string, value: Scalar): string => {
    const variable = variables.get(of) ?? { name: `${prefix}${variables.size + 1}`, value: String(value), of };
    variables.set(of, variable);
    return `\${${variable.name}}`;
  };
  let text = '';
  for (const [i, piece] of pieces.entries()) {
    if (typeof piece === 'string') text += piece;
    else if (Array.isArray(piece.value))
      text += (piece.value as readonly Scalar[]).map((item, nth) => `"${reference(`${piece.text}[${nth}]`, item)}"`).join(' ');
    else if (verdicts.get(i)?.is === 'bare') text += reference(piece.text, piece.value as Scalar);
    else text += `"${reference(piece.text, piece.value as Scalar)}"`;
  }
  return { text, variables: [...variables.values()] };
}
