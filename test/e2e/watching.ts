import { spawn } from 'node:child_process';
import { cleanEnvironment, type Ended, SBX } from '../rig/cli.ts';
import { until } from '../rig/patience.ts';
import { kill } from '../rig/processes.ts';
import type { TestProject } from '../rig/project.ts';

/** `sbx watch` under way, as a script or a CI sees it. */
export interface Watching {
  readonly pid: number;
  /** Waits until it says this, after all that was waited for before. Gives what it said up to there since then. */
  says(what: RegExp): Promise<string>;
  /** Waits for the end of a round, or of what was wrong with the file: it waits for changes then. */
  waits(): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

interface WatchWish {
  readonly env?: { readonly [name: string]: string };
  /** Words before node, as those of strace. */
  readonly under?: readonly string[];
}

/** Watches the project until `use` ends. */
export async function withWatch<T>(
  project: TestProject,
  args: readonly string[],
  use: (watching: Watching) => Promise<T>,
  { env = {}, under = [] }: WatchWish = {},
): Promise<T> {
  const [file = '', ...words] = [...under, process.execPath, SBX, ...(args[0] === 'run' ? args : ['watch', ...args])];
  const child = spawn(file, words, {
    cwd: project.root,
    env: cleanEnvironment({ home: project.home, env: { SBX_KILL_GRACE: '2s', ...env } }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let all = '';
  let heard = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    all += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  const says = async (what: RegExp): Promise<string> => {
    const from = heard;
    await until(
      () => `it says ${what}, but\n${all}`,
      () => what.test(all.slice(from)),
    );
    const found = what.exec(all.slice(from));
    heard = from + (found?.index ?? 0) + (found?.[0].length ?? 0);
    return all.slice(from, heard);
  };
  try {
    return await use({
      pid: child.pid ?? 0,
      says,
      waits: () => says(/^(watching|waiting for the Sandboxfile) .*\n/m),
      kill: (signal) => void child.kill(signal),
      ended,
    });
  } finally {
    kill(child.pid, 'SIGTERM');
    const patience = setTimeout(() => kill(child.pid), 20_000);
    await ended;
    clearTimeout(patience);
  }
}

/** How many rounds began because something changed. */
export function roundsIn(text: string): number {
  return text.match(/^changed: /gm)?.length ?? 0;
}
