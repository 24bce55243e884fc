import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, SBX } from '../rig/cli.ts';
import { withProject } from '../rig/project.ts';
import type { Page } from './page.ts';

/** What a command of a page printed here. */
export type Printed = readonly [command: string, printed: string];

/**
 * Types the commands of a page, as its reader would: in a folder with its files, each in a shell with `sbx` on its PATH.
 * `sbx watch` goes on: what comes after it prints for as long as `done` says that something is missing, and it is ended with the last.
 */
export function typed({ files, commands }: Page, done: (command: string, printed: string) => boolean): Promise<readonly Printed[]> {
  return withProject(files, async ({ root, home }) => {
    const programs = join(home, 'bin');
    mkdirSync(programs);
    writeFileSync(join(programs, 'sbx'), `#!/bin/sh\nexec "${process.execPath}" "${SBX}" "$@"\n`, { mode: 0o755 });
    const env = { PATH: `${programs}:${process.env.PATH ?? ''}`, ...AUTHOR };
    const shell = (command: string, more: { signal?: AbortSignal; seen?: (text: string) => void } = {}) =>
      execute('/bin/sh', ['-c', `exec 2>&1; umask 022; ${command}`], { cwd: root, home, env, ...more });
    const session: Printed[] = [];
    let watch: { readonly ended: Promise<unknown>; readonly stop: AbortController } | undefined;
    let heard = '';
    for (const [command] of commands) {
      heard = '';
      if (/^sbx watch\b/.test(command)) {
        const stop = new AbortController();
        watch = { stop, ended: shell(`exec ${command}`, { signal: stop.signal, seen: (text) => (heard += text) }) };
      } else {
        const { stdout } = await shell(command);
        if (watch === undefined) heard = stdout;
      }
      for (let tries = 0; watch !== undefined && !done(command, heard) && tries < 1000; tries++)
        await new Promise((wake) => setTimeout(wake, 20));
      session.push([command, heard.replaceAll(root, PROJECT)]);
    }
    watch?.stop.abort();
    await watch?.ended;
    return session;
  });
}

/** What pages say in place of the folder that the test made. */
const PROJECT = '/home/ada/project';

const AUTHOR = {
  ...{ GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org' },
  ...{ GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' },
};
