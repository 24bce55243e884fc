import type { Task } from '../lib/task.ts';
import { compose } from './compose.ts';
import { fetchArtifacts } from './fetch-artifacts.ts';
import { importMachine } from './import.ts';
import { injectKeys } from './inject-keys.ts';
import { packerBuild } from './packer-build.ts';
import { remoteBuild } from './remote-build.ts';
import { remoteShell } from './remote-shell.ts';
import { restore } from './restore.ts';
import { script } from './script.ts';
import { setupVm } from './setup-vm.ts';
import { shell } from './shell.ts';
import { snapshot } from './snapshot.ts';
import { start } from './start.ts';
import { sync } from './sync.ts';
import { teardown } from './teardown.ts';
import { tunnel } from './tunnel.ts';
import { waitFor } from './wait-for.ts';

/** Every kind of step. A new one is a file in tasks/ and a line here. */
export const TASKS: readonly Task[] = [
  ...[shell, script, sync, remoteBuild, remoteShell, fetchArtifacts, compose, tunnel],
  ...[packerBuild, importMachine, setupVm, injectKeys, start, waitFor, snapshot, restore, teardown],
];

export const TASK: ReadonlyMap<string, Task> = new Map(TASKS.map((task) => [task.name, task]));
