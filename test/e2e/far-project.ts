import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Ended, Invocation } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { projectIn, type TestProject } from '../rig/project.ts';
import { type Sshd, type SshdSettings, startSshd } from '../rig/sshd.ts';

/** A small project whose build is a shell line, and a real sshd as its place. */
export interface FarProject {
  readonly project: TestProject;
  readonly sshd: Sshd;
  /** The workspace, absolute; sshd runs on this computer, so it can be looked at. */
  readonly workspace: string;
  readonly folder: string;
  sbx(args: readonly string[], more?: Partial<Invocation>): Promise<Ended>;
  there(path: string): string;
  isThere(path: string): boolean;
}

/** Builds `out/app` from every file of `src`, and notes each build in `builds` of the state folder. */
const BUILD = 'mkdir -p out work; cat src/* > out/app; echo built >> work/builds';

interface FarSettings {
  readonly run?: string;
  readonly sandbox?: string;
  readonly more?: string;
  readonly sshd?: SshdSettings;
}

export function sandboxfile(workspace: string, settings: FarSettings = {}): string {
  return `version: 1
sandboxes:
  far:
    host: far
    workspace: ${workspace}
    files: all
    grace: 3s
${settings.sandbox ?? ''}
steps:
  sync: { task: sync, in: far, exclude: [out, work] }
  build:
    task: remote-build
    in: far
    needs: [sync]
    state: [work, out]
    run: |
${(settings.run ?? BUILD).replace(/^/gm, '      ')}
  fetch-artifacts: { task: fetch-artifacts, in: far, needs: [build], from: out }
${settings.more ?? ''}`;
}

export function withFarProject<T>(settings: FarSettings, use: (story: FarProject) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const project = projectIn(join(folder, 'demo'), join(folder, 'home'));
    const workspace = join(folder, 'far/demo');
    project.write('Sandboxfile.yaml', sandboxfile(workspace, settings));
    project.write('src/a', 'one\n');
    project.write('src/b', 'two\n');
    await using sshd = await startSshd(settings.sshd ?? {});
    return await use({
      project,
      sshd,
      workspace,
      folder,
      sbx: (args, more) => project.sbx(args, { ...more, env: { ...sshd.env, ...more?.env } }),
      there: (path) => readFileSync(join(workspace, path), 'utf8'),
      isThere: (path) => existsSync(join(workspace, path)),
    });
  });
}

export interface SeenEvent {
  readonly type: string;
  readonly step?: string;
  readonly text?: string;
  readonly exit?: number;
  readonly holder?: string;
  readonly decision?: { readonly is: string; readonly reasons?: readonly { readonly code: string }[] };
  readonly outcome?: {
    readonly is: string;
    readonly failure?: { readonly code: string; readonly message: string };
    readonly cached?: boolean;
  };
  readonly [more: string]: unknown;
}

export function eventsOf(ended: Ended): SeenEvent[] {
  return ended.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as SeenEvent);
}

/** What became of each step. */
export function outcomesOf(events: readonly SeenEvent[]): { [step: string]: string } {
  const found: { [step: string]: string } = {};
  for (const e of events) if (e.type === 'step-finished' && e.step && e.outcome) found[e.step] = e.outcome.is;
  return found;
}

/** Runs to exit 0 and gives the outcomes. */
export async function runTo(story: Pick<FarProject, 'sbx'>, ...args: string[]): Promise<{ [step: string]: string }> {
  const ended = await story.sbx(['run', '--json', ...args]);
  assert.is(ended.code, 0, ended.stdout + ended.stderr);
  return outcomesOf(eventsOf(ended));
}
