import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shellQuote } from '../../../lib/base/quote.ts';
import { cleanEnvironment, SBX } from '../../rig/cli.ts';
import { processesWith } from '../../rig/processes.ts';
import { type Terminal, withTerminal } from '../../rig/tmux.ts';
import type { Scene } from './scene.ts';

/** Where standard output and input of sbx lead. */
export interface Ends {
  readonly out: 'terminal' | 'head' | 'closed' | 'full';
  readonly in: 'terminal' | 'closed';
}

/** A terminal in which a shell with job control runs sbx as its foreground job. */
export interface Pane {
  readonly terminal: Terminal;
  /** Process id of sbx; undefined before it started and after it ended. */
  sbx(): number | undefined;
  /** Exit code of sbx as the shell sees it, once it ended. */
  code(): number | undefined;
  /** Whether the shell says that its job was stopped. */
  isStopped(): boolean;
  /** Brings the stopped job to the foreground again. */
  goOn(): void;
  /** What is not as it was before on the terminal, once sbx ended. */
  spoilt(): Promise<string | undefined>;
}

const OUT = { terminal: '', head: ' | head -n 1', closed: ' >&-', full: ' >/dev/full' };

export function inPane<T>(scene: Scene, ends: Ends, use: (pane: Pane) => Promise<T>): Promise<T> {
  const at = (name: string): string => join(scene.folder, name);
  const env = cleanEnvironment({ home: scene.project.home, env: { ...scene.env, TERM: 'tmux-256color', NO_COLOR: undefined } });
  const words = ['env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), process.execPath, SBX, 'run'];
  const redirection = ends.out === 'head' ? '' : OUT[ends.out];
  const job = `(cd ${shellQuote(scene.project.root)} && exec ${words.map(shellQuote).join(' ')})${ends.in === 'closed' ? ' <&-' : ''}${redirection}`;
  // `set -m`: each job has a group of its own and the terminal while it is in the foreground. TERM and HUP are for sbx alone.
  writeFileSync(
    at('pane.sh'),
    `set -m
trap : INT TSTP
cd /
stty -a > ${at('stty-before')}
${job}${ends.out === 'head' ? OUT.head : ''}
codes=("$?" "\${PIPESTATUS[@]}")
while [ "\${codes[0]}" = 148 ]; do
  touch ${at('stopped')}
  until [ -e ${at('go-on')} ]; do sleep 0.05; done
  rm ${at('go-on')} ${at('stopped')}
  fg
  codes=("$?" "$?")
done
stty -a > ${at('stty-after')}
printf '%s' "\${codes[1]}" > ${at('code.new')} && mv ${at('code.new')} ${at('code')}
read -r typed
printf '%s' "$typed" > ${at('typed')}
sleep 600
`,
  );
  return withTerminal(`exec bash ${at('pane.sh')}`, { columns: 100, rows: 30, cwd: '/' }, (terminal) =>
    use({
      terminal,
      sbx: () => processesWith([`HOME=${scene.project.home}\0`]).find(({ command }) => command.includes(`${SBX} run`))?.pid,
      code: () => (existsSync(at('code')) ? Number(readFileSync(at('code'), 'utf8')) : undefined),
      isStopped: () => existsSync(at('stopped')),
      goOn: () => writeFileSync(at('go-on'), ''),
      spoilt: () => spoilt(terminal, at),
    }),
  );
}

async function spoilt(terminal: Terminal, at: (name: string) => string): Promise<string | undefined> {
  const [before, after] = ['stty-before', 'stty-after'].map((name) => readFileSync(at(name), 'utf8'));
  if (before !== after) return `the settings of the terminal were\n${before}and are\n${after}`;
  const { shown } = await terminal.cursor();
  if (!shown) return 'the cursor is hidden';
  await terminal.keys('echoed', 'Enter');
  const screen = await terminal.until((text) => /^.*echoed/m.test(text) && existsSync(at('typed')), 'what is typed');
  return screen.some((line) => line.includes('echoed')) ? undefined : 'what is typed is not shown';
}
