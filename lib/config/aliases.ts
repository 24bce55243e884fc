import { isList, type Plain } from '../base/plain.ts';
import type { StepId } from '../model/project.ts';
import type { Section } from './layers.ts';
import { below, type Origin, type Report } from './report.ts';

/** The steps that each alias stands for. An alias that is taken already is told. */
export function aliasesOf(section: Section, report: Report): Map<string, readonly StepId[]> {
  const called = new Map<string, readonly StepId[]>();
  for (const { name, fields } of section.values()) {
    const field = fields.get('aliases');
    if (field === undefined) continue;
    for (const [alias, origin] of itemsOf(field.value, field)) {
      const other = section.has(alias) ? `a step of that name` : called.get(alias)?.map((id) => `an alias of the step \`${id}\``)[0];
      if (other === undefined) called.set(alias, [name]);
      else report.add('conflicting-keys', `there is ${other} already: \`${alias}\` cannot mean \`${name}\` too`, origin);
    }
  }
  return called;
}

function itemsOf(value: Plain, origin: Origin): readonly (readonly [string, Origin])[] {
  const items = isList(value) ? value.map((item, i) => [item, below(origin, i)] as const) : [[value, origin] as const];
  return items.filter((item): item is readonly [string, Origin] => typeof item[0] === 'string');
}
