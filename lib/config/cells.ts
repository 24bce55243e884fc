import type { StepId } from '../model/project.ts';
import { readMatrix } from './matrix.ts';
import type { Report } from './report.ts';
import type { Entry, Section } from './section.ts';

// Steps with a matrix as steps of their own, one for each combination: `step@9.4,linux`.

interface Cells {
  /** With an entry for each cell, in the place of the step that has the matrix. */
  readonly section: Section;
  /** The cells by the name of the step that has the matrix. */
  readonly groups: ReadonlyMap<string, readonly StepId[]>;
}

/** A step whose matrix is faulty is left as it is. */
export function cellsOf(section: Section, report: Report): Cells {
  const groups = new Map<string, readonly StepId[]>();
  if (![...section.values()].some(({ fields }) => fields.has('matrix'))) return { section, groups };
  const cells: Section = new Map();
  for (const entry of section.values()) {
    const matrix = entry.fields.get('matrix');
    const combinations = matrix && readMatrix(matrix, report);
    if (combinations === undefined) {
      cells.set(entry.name, entry);
      continue;
    }
    const made = combinations.map(
      ({ name, values }): Entry => ({ ...entry, name: `${entry.name}@${name}`, cell: { of: entry.name, values } }),
    );
    for (const cell of made) cells.set(cell.name, cell);
    groups.set(
      entry.name,
      made.map(({ name }) => name),
    );
  }
  return { section: cells, groups };
}
