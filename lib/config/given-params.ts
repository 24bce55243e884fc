import { isList } from '../base/plain.ts';
import { hintOf } from '../base/suggest.ts';
import type { Param } from '../model/project.ts';
import type { Value } from '../model/value.ts';
import type { Ask } from './ask.ts';
import type { Report } from './report.ts';
import type { Entry } from './section.ts';

// What users give to parameters: texts, by flags and variables.

/** The variable that sets a parameter: `ghc-version` by SBX_PARAM_GHC_VERSION. */
export function variableOf(param: string): string {
  return `SBX_PARAM_${param.toUpperCase().replaceAll('-', '_')}`;
}

/** What is given to a parameter by one of its names. */
export function textFor(names: readonly string[], ask: Ask): { readonly text: string; readonly from: string } | undefined {
  const set = ask.set.findLast(([key]) => names.includes(key));
  if (set !== undefined) return { text: set[1], from: `${flagOf(ask)} ${set[0]}` };
  for (const name of names.map(variableOf)) {
    const text = ask.environment.get(name);
    if (text !== undefined) return { text, from: name };
  }
  return undefined;
}

/** As they are written: they have no expressions. */
export function aliasesOf({ fields }: Pick<Entry, 'fields'>): readonly string[] {
  const written = fields.get('aliases')?.value;
  return isList(written) ? written.map(String) : [];
}

/** The flag that sets parameters. */
export function flagOf({ setBy = '--set' }: Ask): string {
  return setBy;
}

/** A list is written with commas between its items. */
export function converted(type: Param['type'], text: string): Value | undefined {
  switch (type) {
    case 'string':
      return text;
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'list':
      return text === '' ? [] : text.split(',');
  }
}

/** What --set names and no file has. */
export function checkSet(ask: Ask, known: ReadonlySet<string>, report: Report): void {
  for (const [name] of ask.set) {
    if (known.has(name)) continue;
    const hint = known.size === 0 ? 'The file has none.' : hintOf(name, known);
    report.add('unknown-param', `${flagOf(ask)} ${name}: there is no such parameter`, undefined, hint);
  }
}
