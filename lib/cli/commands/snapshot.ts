import type { Call } from '../call.ts';
import { save } from '../sandbox/saved.ts';

export const snapshot = (call: Call): Promise<number> => save(call, 'snapshot');

export const restore = (call: Call): Promise<number> => save(call, 'restore');
