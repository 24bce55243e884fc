import type { StepId } from '../../model/project.ts';

/** Where a step stands in the drawing: its column and its row, from 0. */
type Spot = readonly [column: number, row: number];

interface Node {
  readonly id: StepId;
  readonly needs: readonly StepId[];
  readonly after: readonly StepId[];
}

/** Times that each column is sorted by its neighbours: more changes little. */
const SWEEPS = 4;

/** Columns by layer; within a column, steps stand near those they are joined to. Steps come after what they come after. Linear but for the sorting. */
export function layout(nodes: readonly Node[]): ReadonlyMap<StepId, Spot> {
  const column = new Map<StepId, number>();
  const columns: StepId[][] = [];
  const before = new Map<StepId, readonly StepId[]>();
  const behind = new Map<StepId, StepId[]>(nodes.map(({ id }) => [id, []]));
  for (const { id, needs, after } of nodes) {
    const all = [...needs, ...after].filter((one) => column.has(one));
    const at = all.reduce((most, one) => Math.max(most, (column.get(one) ?? 0) + 1), 0);
    column.set(id, at);
    before.set(id, all);
    for (const one of all) behind.get(one)?.push(id);
    columns[at] ??= [];
    columns[at].push(id);
  }
  const row = new Map<StepId, number>();
  const number = (ids: readonly StepId[]): void => ids.forEach((id, at) => void row.set(id, at));
  columns.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const [neighbours, order] = sweep % 2 === 0 ? [before, columns] : [behind, columns.toReversed()];
    for (const ids of order) number(sorted(ids, neighbours, row));
  }
  return new Map(nodes.map(({ id }) => [id, [column.get(id) ?? 0, row.get(id) ?? 0]]));
}

/** Sorts in place by the middle of the neighbours; who has none stays where it is. */
function sorted(ids: StepId[], neighbours: ReadonlyMap<StepId, readonly StepId[]>, row: ReadonlyMap<StepId, number>): StepId[] {
  const middle = new Map(
    ids.map((id) => {
      const rows = (neighbours.get(id) ?? []).map((one) => row.get(one) ?? 0);
      return [id, rows.length === 0 ? (row.get(id) ?? 0) : rows.reduce((sum, one) => sum + one, 0) / rows.length];
    }),
  );
  return ids.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
}
