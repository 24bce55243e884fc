import { nonce, realClock, realFiles } from '../io/io.ts';
import { realSpawn } from '../io/process.ts';
import type { Folders, Io } from '../model/io.ts';
import { type Memory, openMemory } from '../run/memory.ts';
import { residentOf } from './agent/resident.ts';
import { type Call, refuse } from './call.ts';
import { foldersOf } from './folders.ts';
import type { Ground } from './sandboxes.ts';
import { findSandboxfile, searchFrom } from './search.ts';
import type { Surroundings } from './surroundings.ts';

export function effectsOf({ environment }: Surroundings): Io {
  return { files: realFiles, clock: realClock, nonce, spawn: realSpawn(), environment };
}

/** The effects and folders of an invocation. */
export function groundOf(call: Call, { project, drivers }: Pick<Ground, 'project' | 'drivers'>): Ground {
  const { surroundings } = call;
  const io = effectsOf(surroundings);
  const resident = residentOf(surroundings, io);
  return { surroundings, project, drivers, io, resident, folders: foldersOf(surroundings.environment, project.root) };
}

/** The folders of the project here, whatever its Sandboxfile says; a number is the exit code where there is none. */
export function projectFolders(call: Call): Folders | number {
  const found = findSandboxfile(searchFrom(call), realFiles);
  if (!found.ok) return refuse(call, found.error.message, found.error.hint);
  return foldersOf(call.surroundings.environment, realFiles.realpathSync(found.value.folder));
}

/** What is remembered, for looking only: nothing is written. */
export function memoryOf(call: Call, { surroundings: { os, arch }, project, io, folders }: Ground): Memory {
  const warn = (text: string, hint?: string): void => call.err.write(`warning: ${text}\n${hint === undefined ? '' : `  ${hint}\n`}`);
  return openMemory({ io, project, folders, here: { os, arch }, warn, mode: 'read' });
}
