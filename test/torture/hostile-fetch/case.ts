import type { Lie } from '../../rig/peer.ts';

/** Where a case plays: `folder` holds the project, a `victim` folder that nobody may touch, and the far side. */
export interface Scene {
  readonly folder: string;
  /** Root of the project. */
  readonly root: string;
  readonly workspace: string;
  /** To be called when the attack reached sbx: a case without it does not count. */
  readonly struck: () => void;
}

/** One hostile far side, or one hostile destination. */
export interface Case {
  readonly name: string;
  /** From a new project on, sync and build included; else only the fetch is done, in a project that was built before. */
  readonly whole?: boolean;
  /** Fields of the fetch step; `from: out` if it says nothing else. */
  readonly fetch?: string;
  /** Runs in the workspace after the honest build: as part of it where the case is `whole`. */
  readonly build?: string;
  readonly lie?: (scene: Scene) => Lie;
  /** Prepares the project before the run; the attack is there from then on. */
  readonly plant?: (scene: Scene) => void;
  /** What is said when it is refused; absent: it is taken rightly. */
  readonly says?: RegExp;
  /** Exit code of a refusal; 1 if it is not said. */
  readonly exit?: number;
  /** What lies in the destination when it is taken, if not what an honest far side gives: text by path, `x:` before that of an executable, `-> target` for a link. */
  readonly taken?: { readonly [path: string]: string };
  /** Where what is fetched goes; `out` if it says nothing else. */
  readonly into?: string;
  /** Lines of steps between the build and the fetch, and the one that the fetch needs. */
  readonly between?: readonly [lines: string, needed: string];
  /** The run has not the right to overrule permissions, which root has. */
  readonly humble?: boolean;
  /** The far side believes its own lie afterwards: the next run builds again because it is told to. */
  readonly lasts?: true;
  /** What may be held at most, in MiB: more than usual where much is answered. */
  readonly memory?: number;
}

/** What an honest far side gives. */
export const HONEST: { readonly [path: string]: string } = { app: 'x:one\ntwo\n', 'sub/data': 'data' };
/** The commands that make it. */
export const HONEST_BUILD = 'mkdir -p out/sub; cat src/* >out/app; chmod 755 out/app; printf data >out/sub/data';
