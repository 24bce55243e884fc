// npm run gen: writes sandboxfile.schema.json and docs/reference/ from the code, and the tables of docs/reliability.md from its reports.
// `--check` writes nothing and says which of them are not as the code would make them. Both judge the schema by what it must take: every Sandboxfile, recipe and profile of the repository is judged by a test.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PAGES = 'docs/reference';
const PROOF = 'docs/reliability.md';
const isCheck = process.argv.includes('--check');

const compiled = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { cwd: ROOT, stdio: 'inherit' });
if (compiled.status !== 0) process.exit(1);
const { generatedFiles } = await import('../.build/lib/cli/reference/generated.js');
const { TASKS } = await import('../.build/tasks/index.js');
const files = new Map([...generatedFiles(TASKS), [PROOF, await proof()]]);
const stale = [...files].filter(([path, text]) => textOf(path) !== text).map(([path]) => path);
const left = pagesHere().filter((path) => !files.has(path));

if (isCheck) {
  for (const path of stale) console.log(`${path} is not what the code says`);
  for (const path of left) console.log(`${path} is made by nothing`);
  if (stale.length + left.length > 0) {
    console.log('run `npm run gen` and commit what it changed');
    process.exitCode = 1;
  }
} else {
  mkdirSync(join(ROOT, PAGES), { recursive: true });
  for (const path of stale) writeFileSync(join(ROOT, path), files.get(path));
  for (const path of left) rmSync(join(ROOT, path));
  console.log(stale.length + left.length === 0 ? 'all as it was' : [...stale, ...left].join('\n'));
}

/** The page with its tables as the kept reports of the torture say. */
async function proof() {
  const { ROWS } = await import('../.build/test/torture/rows.js');
  const { readReport } = await import('../.build/test/torture/report.js');
  const { tortureTable } = await import('../.build/test/torture/table.js');
  const { peersTable } = await import('../.build/test/torture/peers/table.js');
  const rows = await Promise.all(Object.values(ROWS).map((load) => load()));
  const report = readReport(join(ROOT, 'docs/reliability/rows'));
  const tables = { rows: tortureTable(rows, report), peers: peersTable(JSON.parse(textOf('docs/reliability/peers.json'))) };
  return textOf(PROOF).replaceAll(
    /(<!-- (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin, name, end) => `${begin}\n${tables[name]}\n${end}`,
  );
}

function textOf(path) {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return undefined;
  }
}

function pagesHere() {
  try {
    return readdirSync(join(ROOT, PAGES)).map((name) => `${PAGES}/${name}`);
  } catch {
    return [];
  }
}
