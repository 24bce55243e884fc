import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TAKE_UP } from '../../lib/ssh/kept-programs.ts';
import { asLine, programLine, START_PROGRAM } from '../../lib/ssh/start.ts';
import { SUPERVISOR } from '../../lib/ssh/supervisor.ts';
import { needing } from '../rig/needing.ts';
import { processesWith } from '../rig/processes.ts';

// The supervisor's text under every sh that a far side may have, without SSH in between.

export const SHELLS: readonly (readonly string[])[] = [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['zsh', '--emulate', 'sh']];

const HOME = mkdtempSync(join(tmpdir(), 'sbx-supervisor-'));
process.on('exit', () => rmSync(HOME, { recursive: true, force: true }));

export interface Guarded {
  readonly child: ChildProcess;
  readonly shell: readonly string[];
  readonly owner: string;
  readonly tree: string;
  readonly mark: string;
  /** What is kept of it. */
  readonly kept: string;
  /** What it printed, marks included. */
  text(): string;
  /** How it ended: the word after the last mark, which is acknowledged as a rule. */
  readonly end: Promise<string>;
}

interface Wish {
  readonly grace?: number;
  readonly owner?: string;
  /** Bytes of output that are kept. */
  readonly most?: number;
}

export function guard(shell: readonly string[], job: string, { grace = 1, owner = 'owner', most = 2 ** 20 }: Wish = {}): Guarded {
  const [mark, tree] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
  const line = asLine(job).toString('latin1').trimEnd();
  const words = [mark, tree, 'attempt', 'run', owner, String(grace), '2', '6', '/tmp', String(most / 512), 'step', 'claim'];
  return talk(shell, { owner, tree, mark }, programLine(SUPERVISOR, [...words, '', '', 'sh', START_PROGRAM, line], mark));
}

/** The same work over another link, from byte `at` on. */
export function takeUp({ shell, owner, tree, mark }: Guarded, at: number, taken = true): Guarded {
  return talk(shell, { owner, tree, mark }, programLine(TAKE_UP, [owner, tree, mark, String(at)], mark), taken);
}

function talk(shell: readonly string[], work: Pick<Guarded, 'owner' | 'tree' | 'mark'>, line: Buffer, taken = true): Guarded {
  const [file = '', ...flags] = shell;
  const child = spawn(file, [...flags, '-c', START_PROGRAM, 'sbx'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
    env: { ...process.env, HOME },
  });
  let text = '';
  const said = (): string | undefined => text.split(`${work.mark} `)[1];
  child.stdout?.on('data', (chunk) => {
    text += chunk;
    if (taken && said()?.includes('\n') && said() !== 'parted\n') child.stdin?.write('taken\n');
  });
  child.stdin?.on('error', () => {});
  child.stdin?.write(line);
  const end = new Promise<string>((resolve) => child.on('close', () => resolve(said()?.trim() ?? 'nothing')));
  return { ...work, child, shell, kept: join(HOME, '.sbx/runs', work.owner, work.tree), text: () => text, end };
}

/** What the command printed, without the marks around it and the end behind it. */
export function output({ text, mark }: Guarded): string {
  return text().split(mark)[1] ?? '';
}

/** What still works in it. */
export function living(tree: string): number {
  return processesWith([`SBX_TREE=${tree}`]).length;
}

export function lost(owner: string): number {
  return processesWith([`SBX_LOST=${owner}`]).length;
}

/** All shells at once, since each case waits more than it works. */
export function everywhere(name: string, use: (shell: readonly string[]) => Promise<void>): void {
  needing(...SHELLS.map(([file = '']) => file))(name, async () => {
    await Promise.all(
      SHELLS.map((shell) =>
        use(shell).catch((error: Error) => {
          error.message = `${shell.join(' ')}: ${error.message}`;
          throw error;
        }),
      ),
    );
  });
}
