import { FolderWatch } from '../../io/folder-watch.ts';
import { realFiles } from '../../io/io.ts';
import { PathPoll } from '../../io/path-poll.ts';
import { makeWitness, type Witness } from '../../io/witness.ts';
import type { OpenDriver } from '../../model/machine.ts';
import type { Project } from '../../model/project.ts';
import { makeLook } from '../../run/look.ts';
import type { Memory } from '../../run/memory.ts';
import { type Sight, sightOf } from '../../run/sight.ts';
import type { Task } from '../../task.ts';
import type { Call } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { openGiven } from '../given.ts';
import { effectsOf, groundOf, memoryOf } from '../ground.ts';
import { sayFaulty } from '../open.ts';
import { wishOf } from '../wish.ts';
import type { Hints } from './hints.ts';
import { type Interest, interestOf } from './interest.ts';
import { nurseries } from './nurseries.ts';

/** What a round would find. `said`: what is wrong with the file, or may be, in words. */
export type Scene =
  | {
      readonly is: 'open';
      readonly project: Project;
      readonly tasks: ReadonlyMap<string, Task>;
      readonly drivers: ReadonlyMap<string, OpenDriver>;
      readonly sight: Sight;
      readonly said: string;
    }
  | { readonly is: 'faulty'; readonly said: string };

interface EyeOf {
  /** With the Sandboxfile by its name, so that no other one is taken while an editor replaces it. */
  readonly call: Call;
  /** Where the Sandboxfile lies. */
  readonly root: string;
  readonly hints: Hints;
  /** Milliseconds between two looks; absent: the system tells of changes. */
  readonly poll: number | undefined;
  /** Nothing is heard of the system any more. */
  readonly deaf: (errno: string) => void;
}

/** So often as folders are new that nobody listened in while they were looked at. */
const AGAIN = 5;
/** Milliseconds between two looks where the system does not tell of changes. */
export const POLL = 1000;

/**
 * Looks at all that a run depends on, and listens wherever it looked. The look decides, what is heard says when to look: what a run is made of is known to
 * those who read it only, so they are listened to.
 */
export class Eye {
  readonly #of: EyeOf;
  readonly #folders: FolderWatch;
  readonly #born = new Set<string>();
  #poll: PathPoll | undefined;
  #interest: Interest | undefined;
  #memory: Memory | undefined;

  constructor(of: EyeOf) {
    this.#of = of;
    if (of.poll !== undefined) this.#pollEvery(of.poll);
    this.#folders = new FolderWatch(realFiles, {
      heard: (path, event) => this.#heard(path, event),
      lost: () => of.hints.add(of.root),
      deaf: (errno) => {
        this.#pollEvery(POLL);
        of.deaf(errno);
        of.hints.add(of.root);
      },
    });
  }

  /** What there is now. From then on everything that changes it is heard. */
  async look(): Promise<Scene> {
    for (let left = AGAIN; ; left--) {
      const witness = makeWitness(realFiles);
      const scene = await this.#see(witness);
      if (this.#listen(witness, scene) === 0 || left === 0) return scene;
    }
  }

  close(): void {
    this.#folders.close();
    this.#poll?.close();
  }

  #pollEvery(every: number): void {
    this.#poll = new PathPoll(realFiles, every, (path) => this.#of.hints.add(path));
  }

  #heard(path: string, event: 'rename' | 'change'): void {
    if (this.#interest?.counts(path, event) !== true) return;
    if (event === 'rename') this.#born.add(path);
    this.#of.hints.add(path);
  }

  /** Gives how much is new of it. */
  #listen(witness: Witness, scene: Scene): number {
    const { call, root } = this.#of;
    const { cache, state, project } = foldersOf(call.surroundings.environment, root);
    const sight = scene.is === 'open' ? { sight: scene.sight } : {};
    this.#interest = interestOf({ files: realFiles, witness, root, own: [cache, state, project], ...sight });
    if (this.#poll !== undefined) return this.#poll.follow(this.#interest.paths);
    const empty = nurseries(realFiles, this.#born);
    return this.#folders.follow(new Set([...this.#interest.folders, ...empty]));
  }

  async #see(witness: Witness): Promise<Scene> {
    let said = '';
    const call: Call = { ...this.#of.call, err: { ...this.#of.call.err, write: (text) => (said += text) } };
    const { words, options, surroundings } = call;
    const opened = await openGiven(call, { named: words.operands, args: words.rest ?? [], keeps: true, files: witness.files });
    if (typeof opened === 'number') return { is: 'faulty', said };
    const { project, tasks, drivers } = opened;
    const ground = groundOf(call, opened);
    this.#memory ??= memoryOf(call, ground);
    const { memo, store, records } = this.#memory;
    const { os, arch } = surroundings;
    const io = effectsOf(surroundings);
    const look = makeLook({
      files: witness.files,
      root: project.root,
      environment: io.environment,
      here: { os, arch },
      memo,
      store,
      records,
    });
    const seen = sightOf(project, wishOf(options, words.operands), tasks, look);
    if (seen.value !== undefined) return { is: 'open', project, tasks, drivers, sight: seen.value, said };
    await sayFaulty(call, seen.diagnostics);
    return { is: 'faulty', said };
  }
}
