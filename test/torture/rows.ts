import type { Row } from './row.ts';

/** Every row by its name, loaded when it is run. */
export const ROWS: { readonly [name: string]: () => Promise<Row> } = {
  races: async () => (await import('./races/row.ts')).row,
  damage: async () => (await import('./damage/row.ts')).row,
};
