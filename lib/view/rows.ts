import { neutral } from './neutral.ts';
import { cut, pad, width } from './width.ts';

/** A cell and how it is painted; the text is made safe here. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Widest column but the last. */
const WIDEST = 40;

/** The last cell of a row stands on a line of its own where fewer columns than these are left for it. */
const LEAST = 24;

/** Lines of a table, two blanks before and between; a column without text takes no room. Cut to `columns` if that is known, i.e. on a terminal. */
export function rows(table: readonly (readonly (string | Cell)[])[], columns: number | undefined): string[] {
  const cells = table.map((row) =>
    row.map((cell) => (typeof cell === 'string' ? { text: neutral(cell) } : { ...cell, text: neutral(cell.text) })),
  );
  const widths: number[] = [];
  for (const row of cells) {
    for (const [at, { text }] of row.entries()) {
      if (at < row.length - 1) widths[at] = Math.min(WIDEST, Math.max(widths[at] ?? 0, width(text)));
    }
  }
  return cells.flatMap((row) => {
    let used = 0;
    let line = '';
    for (const [at, { text, paint }] of row.entries()) {
      const last = at === row.length - 1;
      const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(0, columns - used - 2);
      if (last && at > 0 && room < Math.min(LEAST, width(text))) {
        const below = cut(text, Math.max(0, (columns ?? 0) - 6));
        return [line.trimEnd(), `      ${paint ? paint(below) : below}`];
      }
      if (!last && widths[at] === 0) continue;
      const shown = last ? cut(text, room) : pad(cut(text, room), Math.min(room, widths[at] ?? 0));
      if (shown.trim() !== '') line += `  ${paint ? paint(shown) : shown}`;
      else line += `  ${shown}`;
      used += 2 + width(shown);
    }
    return [line.trimEnd()];
  });
}
