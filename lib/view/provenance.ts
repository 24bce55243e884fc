import type { Json } from '../base/json.ts';
import type { Provenance } from '../model/provenance.ts';
import { documentOf } from './document.ts';
import type { Listed } from './listed.ts';
import { neutral } from './neutral.ts';
import type { Paint } from './paint.ts';
import { rows } from './rows.ts';

const HEADINGS: { readonly [of in Provenance['of']]: string } = {
  project: 'Variables of all steps:',
  param: 'Parameters:',
  sandbox: 'Sandboxes:',
  step: 'Steps:',
};

/** That of what is listed. */
export function provenanceOf(values: readonly Provenance[], { steps, sandboxes, params }: Listed): readonly Provenance[] {
  const names = {
    project: new Set<string>(),
    param: new Set(params.map(([name]) => name)),
    sandbox: new Set(sandboxes.map(({ name }) => name)),
    step: new Set(steps.map(({ id }) => id.split('@')[0] ?? id)),
  };
  return values.filter(({ of, name }) => names[of].has(name));
}

/** Each value with the place that it comes from. */
export function provenanceText(values: readonly Provenance[], paint: Paint, columns?: number): string {
  const lines: string[] = [];
  for (const of of ['step', 'sandbox', 'param', 'project'] as const) {
    const some = values.filter((value) => value.of === of);
    if (some.length === 0) continue;
    if (lines.length > 0) lines.push('');
    lines.push(paint.bold(HEADINGS[of]));
    for (const name of new Set(some.map((value) => value.name))) {
      lines.push(`  ${paint.name(neutral(name))}`);
      const table = some.filter((value) => value.name === name).map((value) => [`  ${value.field}`, textOf(value.value), placeOf(value)]);
      lines.push(...rows(table, columns));
    }
  }
  return `${lines.join('\n')}\n`;
}

export function provenanceJson(values: readonly Provenance[]): string {
  return documentOf('origins', 1, {
    values: values.map(({ span, ...value }) => ({
      ...value,
      ...(span === undefined ? {} : { file: span.file, line: span.start.line, column: span.start.column }),
    })),
  });
}

function placeOf({ by, called, span }: Provenance): string {
  if (span === undefined) return called ?? by;
  const at = `${span.file}:${span.start.line}:${span.start.column}`;
  return by === 'file' ? at : `${at} (${by}${called === undefined ? '' : ` ${called}`})`;
}

function textOf(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const [first = '', ...more] = text.trim().split('\n');
  return more.length > 0 ? `${first} …` : first;
}
