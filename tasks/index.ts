import type { Task } from '../lib/task.ts';
import { fetchArtifacts } from './fetch-artifacts.ts';
import { packerBuild } from './packer-build.ts';
import { remoteBuild } from './remote-build.ts';
import { remoteShell } from './remote-shell.ts';
import { script } from './script.ts';
import { shell } from './shell.ts';
import { sync } from './sync.ts';
import { teardown } from './teardown.ts';

/** Every kind of step. A new one is a file in tasks/ and a line here. */
export const TASKS: readonly Task[] = [shell, script, sync, remoteBuild, remoteShell, fetchArtifacts, packerBuild, teardown];

export const TASK: ReadonlyMap<string, Task> = new Map(TASKS.map((task) => [task.name, task]));
