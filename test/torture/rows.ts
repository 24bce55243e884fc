import type { Row } from './row.ts';

/** Every row by its name, loaded when it is run. */
export const ROWS: { readonly [name: string]: () => Promise<Row> } = {
  'crash-points': async () => (await import('./crash-points/row.ts')).row,
  damage: async () => (await import('./damage/row.ts')).row,
  'hostile-fetch': async () => (await import('./hostile-fetch/row.ts')).row,
  kills: async () => (await import('./kills/row.ts')).row,
  'power-cut': async () => (await import('./power-cut/row.ts')).row,
  races: async () => (await import('./races/row.ts')).row,
  'ssh-faults': async () => (await import('./ssh-faults/row.ts')).row,
  signals: async () => (await import('./signals/row.ts')).row,
  secrets: async () => (await import('./secrets/row.ts')).row,
  payloads: async () => (await import('./payloads/row.ts')).row,
  'front-end': async () => (await import('./front-end/row.ts')).row,
  'syscall-faults': async () => (await import('./syscall-faults/row.ts')).row,
};
