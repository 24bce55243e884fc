import type { StepId } from '../model/project.ts';
import { aliasesOf } from './aliases.ts';
import { cellsOf } from './cells.ts';
import type { StepNames } from './names.ts';
import { readDefault } from './project.ts';
import type { Report } from './report.ts';
import { type Entry, type Section, sectionOf } from './section.ts';
import { layTunnels } from './tunnels.ts';
import type { Unit } from './unit.ts';

/** Finds all names of the steps of all files, and the steps that run when none is named. */
export function nameSteps(
  units: readonly Unit[],
  absent: ReadonlyMap<string, string>,
  report: Report,
): StepNames & { readonly default: readonly StepId[] } {
  const section: Section = new Map();
  const groups = new Map<string, readonly StepId[]>();
  const aliases = new Map<string, readonly StepId[]>();
  for (const unit of units) {
    const declared = sectionOf(unit.layers, 'steps', report);
    layTunnels(unit.layers, declared, report);
    const cells = cellsOf(declared, report);
    const whole = (names: ReadonlyMap<string, readonly StepId[]>, into: Map<string, readonly StepId[]>): void => {
      for (const [name, ids] of names)
        into.set(
          unit.space + name,
          ids.map((id) => unit.space + id),
        );
    };
    for (const entry of cells.section.values()) section.set(unit.space + entry.name, unit.space === '' ? entry : entryIn(unit, entry));
    whole(cells.groups, groups);
    whole(aliasesOf(declared, cells.groups, report), aliases);
  }
  const names = { section, groups, aliases, absent };
  let steps: readonly StepId[] = [];
  // What is included first: its name alone means its default.
  for (const unit of [...units].reverse()) {
    steps = readDefault(unit, names, report);
    const alone = unit.space.slice(0, -1);
    if (unit.outer && steps.length > 0 && !section.has(alone) && !groups.has(alone)) groups.set(alone, steps);
  }
  return { ...names, default: steps };
}

function entryIn(unit: Unit, entry: Entry): Entry {
  const { cell } = entry;
  const name = unit.space + entry.name;
  return { ...entry, name, unit, ...(cell === undefined ? {} : { cell: { ...cell, of: unit.space + cell.of } }) };
}
