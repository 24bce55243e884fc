import type { Folders, Io } from '../../model/io.ts';
import type { Project } from '../../model/project.ts';
import type { Surroundings } from '../surroundings.ts';
import type { HostSeen } from './hosts.ts';

/** What is examined: this computer, and a project if there is one. */
export interface Patient {
  readonly surroundings: Surroundings;
  readonly io: Io;
  readonly folders: Folders;
  /** Absolute; the folder that sbx was called in, where there is no project. */
  readonly root: string;
  readonly project?: Project;
  /** The hosts of its sandboxes. */
  readonly hosts: readonly HostSeen[];
  readonly signal: AbortSignal;
}
