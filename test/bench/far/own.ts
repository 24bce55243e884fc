// sbx as a user has it: a project with a far sandbox, whose runs connect anew or borrow the link of a resident agent.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SBX } from '../../rig/cli.ts';
import { type Command, run } from '../measure.ts';
import { sbx } from '../tools.ts';
import { moveAway } from './peers.ts';
import type { End } from './wire.ts';

export const COLD = 'sbx, connecting anew';
export const WARM = 'sbx, resident agent';

export interface Own {
  readonly root: string;
  /** What is sent: the folder here, and where it arrives. */
  readonly tree: string;
  readonly arrived: string;
  run(...words: readonly string[]): Command;
  /** As if nothing had ever been sent, and nothing been fetched. */
  forget(): void;
}

/** `steps` is more of the Sandboxfile, beside the step `sync`. */
export function ownProject(end: End, name: 'cold' | 'warm', steps: string): Own {
  const root = join(end.folder, name);
  const workspace = `${end.there}/sbx-${name}`;
  for (const folder of ['tree', '.home']) mkdirSync(join(root, folder), { recursive: true });
  const file = `version: 1
sandboxes:
  far: { host: far, workspace: ${workspace}, files: all }
steps:
  sync: { task: sync, in: far, exclude: [.home, back] }
${steps}`;
  writeFileSync(join(root, 'Sandboxfile.yaml'), file);
  const env = environment(end, name === 'warm');
  return {
    root,
    tree: join(root, 'tree'),
    arrived: join(workspace, 'tree'),
    run: (...words) => ({ ...sbx(root, 'run', ...words), env }),
    forget() {
      moveAway(workspace);
      for (const folder of ['.sbx', '.home/.cache']) rmSync(join(root, folder), { recursive: true, force: true });
    },
  };
}

function environment(end: End, warm: boolean): { readonly [name: string]: string } {
  return { SBX_SSH_CONFIG: end.config, SBX_AGENT: warm ? 'on' : 'off', XDG_RUNTIME_DIR: join(end.folder, 'run') };
}

/** A resident agent lives as long as `work`; what follows the first run of `own` finds its link up. */
export async function withAgent<T>(end: End, own: Own, first: Command, work: () => Promise<T>): Promise<T> {
  const agent = (...words: readonly string[]): string => {
    const env = { PATH: process.env.PATH, HOME: join(own.root, '.home'), ...environment(end, true) };
    return spawnSync(process.execPath, [SBX, 'agent', ...words], { cwd: own.root, env, encoding: 'utf8' }).stdout;
  };
  try {
    run(first);
    for (let tries = 0; !/unused for/.test(agent('status')); tries++) if (tries === 100) throw new Error('no resident agent has a link');
    return await work();
  } finally {
    agent('stop');
  }
}
