import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type Ended, type Invocation, sbx } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { type Sshd, startSshd } from '../rig/sshd.ts';

/** What `sbx create --json` and `inspect --json` print. */
export interface Shown {
  readonly id: string;
  readonly name: string | null;
  readonly state: string;
  readonly profile: string;
  readonly inputs: { readonly [name: string]: string };
  readonly placement: { readonly [name: string]: string | number };
  readonly workspace: string | null;
  readonly reachability: { readonly host: string; readonly port: number; readonly user: string; readonly remote_dir: string } | null;
  readonly made: readonly string[];
  readonly expires: string | null;
  readonly ttl: number | null;
}

/** A real sshd in place of the VM, a home, and a folder in which the VM's workspaces lie. */
export interface Vm {
  readonly sshd: Sshd;
  readonly folder: string;
  readonly home: string;
  readonly builds: string;
  sbx(args: readonly string[], more?: Partial<Invocation>): Promise<Ended>;
  /** Creates a sandbox, to exit 0. */
  create(...args: string[]): Promise<Shown>;
  /** All that is left of sandboxes on both sides: records, folders, locks, workspaces. */
  left(): readonly string[];
}

export function withVm<T>(use: (vm: Vm) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    await using sshd = await startSshd();
    const home = join(folder, 'home');
    const builds = join(folder, 'builds');
    mkdirSync(home);
    mkdirSync(builds);
    const invoke = (args: readonly string[], more: Partial<Invocation> = {}): Promise<Ended> =>
      sbx(args, { cwd: folder, home, ...more, env: { ...sshd.env, ...more.env } });
    return await use({
      sshd,
      folder,
      home,
      builds,
      sbx: invoke,
      async create(...args) {
        const ended = await invoke(['create', ...ATTACH, ...inputs(builds), '--json', ...args]);
        assert.is(ended.code, 0, ended.stderr);
        return JSON.parse(ended.stdout) as Shown;
      },
      left: () => [
        ...namesIn(join(home, '.state/sbx/sandboxes')),
        ...namesIn(join(home, '.state/sbx/locks')).filter((name) => name.startsWith('sandbox')),
        ...namesIn(builds),
      ],
    });
  });
}

export const ATTACH: readonly string[] = ['--profile', 'profile.vm-haskell-build'];

/** Inputs that lead to the sshd, and to a workspace that may be made here. */
export function inputs(builds: string): readonly string[] {
  return ['--input', 'vm=far', '--input', `workspace_dir=${builds}/one`];
}

export function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

export function textOf(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8');
}

export function write(text: string, ...path: readonly string[]): void {
  const file = join(...path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}
