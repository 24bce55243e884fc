import type { Task } from '../lib/task.ts';
import { script } from './script.ts';
import { shell } from './shell.ts';

/** Every kind of step. A new one is a file in tasks/ and a line here. */
export const TASKS: readonly Task[] = [shell, script];

export const TASK: ReadonlyMap<string, Task> = new Map(TASKS.map((task) => [task.name, task]));
