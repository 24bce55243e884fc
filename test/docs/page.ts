// The pages below docs/ as tests see them: their blocks, the files and the commands in them, their links.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../rig/cli.ts';

export interface Page {
  /** From the root of the repository: `docs/guide/matrix.md`. */
  readonly path: string;
  readonly text: string;
  /** What stands in fences with `LANGUAGE NAME` behind them. */
  readonly files: { readonly [name: string]: string };
  /** What stands in `console` fences, in the order of the page: a line behind `$ `, and what it prints. */
  readonly commands: readonly (readonly [command: string, printed: string])[];
}

/** Every page that is not made from the code. */
export const PAGES: readonly Page[] = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(REPOSITORY, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('reference/'))
    .map((name) => `docs/${name}`),
]
  .sort()
  .map((path) => pageOf(path, readFileSync(join(REPOSITORY, path), 'utf8')));

function pageOf(path: string, text: string): Page {
  const blocks = [...text.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', block = '']) => [kind, block] as const);
  const told = blocks.filter(([kind]) => kind === 'console').map(([, block]) => block);
  return {
    path,
    text,
    files: Object.fromEntries(blocks.flatMap(([kind, block]) => (kind.includes(' ') ? [[kind.slice(kind.indexOf(' ') + 1), block]] : []))),
    commands: told
      .flatMap((block) => [...block.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)])
      .map(([, command = '', printed = '']) => [command, printed]),
  };
}

/** Without what differs from run to run: times, names of runs, digests, sizes of records. */
export function steady(text: string): string {
  return text
    .replace(/\b\d+(?:\.\d+)?m?s\b/g, '1s')
    .replace(/\d{8}T\d{6}-[0-9a-f]{6}/g, 'RUN')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{10,64}\b/g, 'DIGEST')
    .replace(/\b\d{3,} B\b/g, 'SIZE')
    .replace(/ {2,}/g, '  '); // columns are as wide as what differs
}
