// npm run quickstart: from a clone to a built program, with nothing but Node and npm. Installs, builds sbx, and runs the main job twice.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './packages.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const EXAMPLE = join(ROOT, 'examples/quickstart');
const SBX = join(ROOT, 'dist/sbx.cjs');
const PROGRAM = join(EXAMPLE, 'out/hello.mjs');
const [major, minor] = process.versions.node.split('.').map(Number);

try {
  main();
} catch (error) {
  console.error(`quickstart: ${error.message}`);
  process.exitCode = 1;
}

function main() {
  if (major < 20 || (major === 20 && minor < 19)) throw new Error(`needs Node 20.19 or newer; this is ${process.versions.node}`);
  installPackages(ROOT, console.log);
  console.log('building sbx');
  run('building sbx', process.execPath, [join(ROOT, '.ci/build.mjs')], ROOT);
  console.log('\nThe main job: send the sources to a place, build them there, bring the result back.\n');
  sbx(['run', 'fetch-artifacts']);
  const { stdout } = spawnSync(process.execPath, [PROGRAM], { encoding: 'utf8' });
  if (!stdout?.trim()) throw new Error(`${PROGRAM} was built but says nothing`);
  console.log('\nThe same once more, with nothing changed:\n');
  sbx(['run', 'fetch-artifacts']);
  const dialled = lastJournal().filter((event) => event.type === 'place-connecting');
  if (dialled.length > 0) throw new Error('the second run dialled a place although nothing had changed');
  console.log(`
Everything was fresh, and nothing was dialled: the second run did not even open a connection.

What was built:   examples/quickstart/out/hello.mjs (it says: ${stdout.trim()})
How:              examples/quickstart/Sandboxfile.yaml, a commented page

Try next, in examples/quickstart:
  alias sbx='node "${SBX}"'   (or, for good: npm link, in ${ROOT})
  sbx list                                    what there is to run
  sbx plan --set greeting=Bonjour             what would run now, and why
  sbx run --set greeting=Bonjour && out/hello.mjs
  sbx explain remote-build                    all that can change the result of a step
  sbx run remote-test                         test it where it was built
In a project of your own:  sbx init`);
}

function sbx(args) {
  console.log(`$ sbx ${args.join(' ')}`);
  run(`sbx ${args.join(' ')}`, process.execPath, [SBX, ...args], EXAMPLE);
}

function run(what, file, args, cwd) {
  const { status, signal, error } = spawnSync(file, args, { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${what} failed: ${error?.message ?? signal ?? `exit code ${status}`}`);
}

function lastJournal() {
  const runs = join(EXAMPLE, '.sbx/runs');
  const journals = existsSync(runs)
    ? readdirSync(runs)
        .map((name) => join(runs, name, 'journal.ndjson'))
        .filter((file) => existsSync(file))
    : [];
  const last = journals.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs).at(-1);
  if (!last) throw new Error('the run left no journal');
  return readFileSync(last, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
