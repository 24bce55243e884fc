// npm run torture [-- ROW...] [--long] [--seed TEXT] [--minutes N] [--match TEXT]: attacks sbx, row by row, and writes a report to .build/torture/.
// npm run torture -- --peers [--cases N]: the same blows against other tools.
// `--keep` puts the report into docs/reliability/, from which `npm run gen` makes the tables of docs/reliability.md.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
const [program, kept] = given.includes('--peers') ? ['peers/main.js', 'peers.json'] : ['main.js', 'rows'];
const words = given.filter((word) => word !== '--keep' && word !== '--peers');
if (given.includes('--keep')) words.push('--report', join(ROOT, 'docs/reliability', kept));
const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...env } = process.env;
const run = (file, args) => spawnSync(file, args, { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1;

process.exitCode =
  run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']) ||
  run(process.execPath, ['.ci/build.mjs']) ||
  run(process.execPath, ['--enable-source-maps', `.build/test/torture/${program}`, ...words]);
