import { isList, type Plain } from '../base/plain.ts';
import type { StepId } from '../model/project.ts';
import { below, type Origin, type Report } from './report.ts';
import type { Section } from './section.ts';

/** The steps that each alias stands for: all cells of one that has a matrix. An alias that is taken already is told. */
export function aliasesOf(
  section: Section,
  groups: ReadonlyMap<string, readonly StepId[]>,
  report: Report,
): ReadonlyMap<string, readonly StepId[]> {
  const called = new Map<string, readonly StepId[]>();
  const owners = new Map<string, string>();
  for (const { name, fields } of section.values()) {
    const field = fields.get('aliases');
    if (field === undefined) continue;
    for (const [alias, origin] of itemsOf(field.value, field)) {
      const owner = owners.get(alias);
      if (section.has(alias) || owner !== undefined) {
        const other = owner === undefined ? 'a step of that name' : `an alias of the step \`${owner}\``;
        report.add('conflicting-keys', `there is ${other} already: \`${alias}\` cannot mean \`${name}\` too`, origin);
        continue;
      }
      owners.set(alias, name);
      called.set(alias, groups.get(name) ?? [name]);
    }
  }
  return called;
}

function itemsOf(value: Plain, origin: Origin): readonly (readonly [string, Origin])[] {
  const items = isList(value) ? value.map((item, i) => [item, below(origin, i)] as const) : [[value, origin] as const];
  return items.filter((item): item is readonly [string, Origin] => typeof item[0] === 'string');
}
