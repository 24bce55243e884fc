/** The phases of a run, as the matrix of faults names them. */
export const PHASES = ['connect', 'sync', 'exec', 'stream', 'fetch', 'teardown'] as const;
export type Phase = (typeof PHASES)[number];
