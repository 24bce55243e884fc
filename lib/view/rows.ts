import { neutral } from './neutral.ts';
import { cut, pad, width } from './width.ts';

/** A cell and how it is painted; the text is made safe here. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** Widest column but the last. */
const WIDEST = 40;

/** Lines of a table, two blanks before and between. Cut to `columns` if that is known, i.e. on a terminal. */
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
  return cells.map((row) => {
    let used = 0;
    let line = '';
    for (const [at, { text, paint }] of row.entries()) {
      const last = at === row.length - 1;
      const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(0, columns - used - 2);
      const wide = last ? text : pad(text, widths[at] ?? 0);
      const shown = cut(wide, room);
      if (shown.trim() !== '') line += `  ${paint ? paint(shown) : shown}`;
      else line += `  ${shown}`;
      used += 2 + width(shown);
    }
    return line.trimEnd();
  });
}
