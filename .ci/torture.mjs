// npm run torture [-- ROW...] [--long] [--seed TEXT] [--minutes N] [--match TEXT]: attacks sbx, row by row, and writes .build/torture.json.
// `--keep` also copies the report to docs/torture.json, from which `npm run gen` makes the table of docs/reliability.md.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2).filter((word) => word !== '--keep');
const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...env } = process.env;
const run = (file, args) => spawnSync(file, args, { cwd: ROOT, env, stdio: 'inherit' }).status ?? 1;

process.exitCode =
  run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']) ||
  run(process.execPath, ['.ci/build.mjs']) ||
  run(process.execPath, ['--enable-source-maps', '.build/test/torture/main.js', ...words]);
if (process.argv.includes('--keep')) copyFileSync(join(ROOT, '.build/torture.json'), join(ROOT, 'docs/torture.json'));
