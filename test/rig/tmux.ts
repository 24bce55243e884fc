import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withFolder } from './folder.ts';
import { pause } from './patience.ts';

const run = promisify(execFile);

/** A real terminal with a program in it. */
export interface Terminal {
  /** What stands on the screen, top to bottom, without blanks at the ends of lines and without empty lines at the end. */
  screen(): Promise<string[]>;
  /** The screen and what scrolled off its top. */
  history(): Promise<string[]>;
  /** Whether the cursor is shown, and where it stands, from 0. */
  cursor(): Promise<{ readonly shown: boolean; readonly column: number; readonly row: number }>;
  resize(columns: number, rows: number): Promise<void>;
  /** Closes it, as when a window is closed: what runs in it gets HUP. */
  close(): Promise<void>;
  /** Keys by the names of tmux: `C-c`, `Enter`, or text. */
  keys(...keys: readonly string[]): Promise<void>;
  /** Waits until the screen is as wanted; after a minute it throws what is there instead. */
  until(wanted: (screen: string) => boolean, what: string): Promise<string[]>;
}

interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
}

/** Runs `command` (words of sh) in a terminal of its own; `use` sees it. The terminal stays when the command has ended. */
export function withTerminal<T>(command: string, options: TerminalOptions, use: (terminal: Terminal) => Promise<T>): Promise<T> {
  return withFolder(async (folder) => {
    const socket = join(folder, 'tmux');
    const tmux = async (...args: readonly string[]): Promise<string> =>
      (await run('tmux', ['-S', socket, '-f', '/dev/null', ...args])).stdout;
    const size = ['-x', String(options.columns), '-y', String(options.rows)];
    const variables = Object.entries({ LC_ALL: 'C.UTF-8', ...options.env }).map(([name, value]) => `${name}=${value}`);
    // Somebody sits before it, whatever runs the tests.
    const words = ['env', '-u', 'CI', '-u', 'GITHUB_ACTIONS', ...variables, 'sh', '-c', `trap : INT\n${command}\nsleep 600`];
    const place = ['-c', options.cwd ?? folder];
    // The options are set before the program starts: its history and type depend on them.
    const settings = [
      'set',
      '-g',
      'status',
      'off',
      ';',
      'set',
      '-g',
      'history-limit',
      '10000',
      ';',
      'set',
      '-g',
      'default-terminal',
      'tmux-256color',
    ];
    await run('tmux', [
      '-u',
      '-S',
      socket,
      '-f',
      '/dev/null',
      'start-server',
      ';',
      ...settings,
      ';',
      'new-session',
      '-d',
      ...size,
      ...place,
      ...words,
    ]);
    try {
      return await use(terminalOf(tmux));
    } finally {
      await tmux('kill-server').catch(() => {});
    }
  });
}

function terminalOf(tmux: (...args: readonly string[]) => Promise<string>): Terminal {
  const lines = (text: string): string[] => text.replace(/\s+$/, '').split('\n');
  const screen = async (): Promise<string[]> => lines(await tmux('capture-pane', '-p'));
  return {
    screen,
    history: async () => lines(await tmux('capture-pane', '-p', '-S', '-10000')),
    async cursor() {
      const [shown, column, row] = (await tmux('display-message', '-p', '#{cursor_flag} #{cursor_x} #{cursor_y}')).trim().split(' ');
      return { shown: shown === '1', column: Number(column), row: Number(row) };
    },
    async resize(columns, rows) {
      await tmux('resize-window', '-x', String(columns), '-y', String(rows));
    },
    async close() {
      await tmux('kill-pane');
    },
    async keys(...keys) {
      await tmux('send-keys', '--', ...keys);
    },
    async until(wanted, what) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const seen = await screen();
        if (wanted(seen.join('\n'))) return seen;
        if (Date.now() > deadline) throw new Error(`not seen: ${what}; the screen:\n${seen.join('\n')}`);
        await pause(50);
      }
    },
  };
}
