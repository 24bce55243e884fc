import { judgeCache, lookAtCache } from './cache.ts';
import { judgeClock, lookAtClock } from './clock.ts';
import { judgeCreated, lookAtCreated } from './created.ts';
import { judgeDisk, lookAtDisk } from './disk.ts';
import type { Finding } from './finding.ts';
import { judgeHosts } from './hosts.ts';
import { judgeKeys, lookAtKeys } from './keys.ts';
import { judgeLeftMachines, lookAtLeftMachines } from './left-machines.ts';
import { judgeLocale, lookAtLocale } from './locale.ts';
import { judgeLock, lookAtLock } from './lock.ts';
import { judgeMachines, lookAtMachines } from './machines.ts';
import type { Patient } from './patient.ts';
import { judgeTools, lookAtTools } from './tools.ts';
import { judgeVersions, lookAtVersions } from './versions.ts';
import { judgeWatching, lookAtWatching } from './watching.ts';

type Check = (patient: Patient) => Promise<readonly Finding[]>;

/** What is looked at, and what is made of it. Looking changes nothing and connects nowhere; judging knows nothing but what was seen. */
export const CHECKS: { readonly [name: string]: Check } = {
  tools: async (patient) => judgeTools(lookAtTools(patient)),
  versions: async (patient) => judgeVersions(await lookAtVersions(patient)),
  keys: async (patient) => judgeKeys(await lookAtKeys(patient)),
  hosts: async ({ hosts }) => judgeHosts(hosts),
  machines: async (patient) => judgeMachines(lookAtMachines(patient)),
  leftovers: async (patient) => judgeLeftMachines(await lookAtLeftMachines(patient)),
  cache: async (patient) => judgeCache(lookAtCache(patient)),
  disk: async (patient) => judgeDisk(lookAtDisk(patient)),
  clock: async (patient) => judgeClock(lookAtClock(patient)),
  locale: async (patient) => judgeLocale(await lookAtLocale(patient)),
  lock: async (patient) => judgeLock(lookAtLock(patient)),
  created: async (patient) => judgeCreated(lookAtCreated(patient)),
  watching: async (patient) => judgeWatching(lookAtWatching(patient)),
};
