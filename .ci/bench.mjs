// npm run bench: builds what is measured, then measures it (test/bench). Peers go to .build/bench, never into the dependencies.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...env } = process.env;

function run(file, args) {
  const { status } = spawnSync(file, args, { cwd: ROOT, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json']);
run(process.execPath, ['.ci/build.mjs']);
run(process.execPath, ['.build/test/bench/main.js', ...process.argv.slice(2)]);
