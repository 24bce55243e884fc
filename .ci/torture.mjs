// npm run torture [-- ROW...]: attacks sbx, row by row; `-- --help` says more.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from './load.mjs';
import { start } from './start.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const { readFlags } = await load('test/torture/flags.ts');
const figures = figuresOfRows();
const wish = readFlags(words, [...figures.keys()]);

if ('says' in wish) {
  (wish.code === 0 ? console.log : console.error)(wish.says);
  process.exitCode = wish.code;
} else if (wish.list && wish.rows.length === figures.size) {
  for (const [name, figure] of figures) console.log(`${name.padEnd(16)}${figure}`);
} else {
  const program = wish.peers ? 'peers/main.js' : 'main.js';
  process.exitCode =
    (await start(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'])) ||
    (await start(process.execPath, ['.ci/build.mjs'])) ||
    (await start(process.execPath, ['--enable-source-maps', `.build/test/torture/${program}`, ...words]));
}

/** A row is a folder with a row.ts, which says what is counted. */
function figuresOfRows() {
  const found = new Map();
  for (const { name, parentPath } of readdirSync(join(ROOT, 'test/torture'), { recursive: true, withFileTypes: true })) {
    if (name !== 'row.ts' || parentPath.endsWith('torture')) continue;
    const text = readFileSync(join(parentPath, name), 'utf8');
    found.set(/^ {2}name: '(.*)'/m.exec(text)?.[1], /^ {2}figure: '(.*)'/m.exec(text)?.[1] ?? '');
  }
  return new Map([...found].sort());
}
