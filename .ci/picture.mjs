// npm run picture: takes docs/run.svg from a real terminal (tmux): the Haskell example over SSH into an embedded sandbox, run, run again, edited and
// caught in the middle of the third run. Needs tmux, ghc and cabal.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { svgOf } from './svg.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SIZE = { columns: 92, rows: 24 };
const EDITED = 'src/Hello/Name.hs';
const PATIENCE = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'sbx-picture-'));
const tmux = (...args) => execFileSync('tmux', ['-u', '-S', join(folder, 'tmux'), '-f', '/dev/null', ...args], { encoding: 'utf8' });
try {
  await take();
} finally {
  try {
    tmux('kill-server');
  } catch {
    // it never started
  }
  await sleep(500); // what ran in it ends
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function take() {
  execFileSync(process.execPath, [join(ROOT, '.ci/build.mjs')], { stdio: 'inherit' });
  const project = join(folder, 'hello');
  cpSync(join(ROOT, 'examples/haskell'), project, { recursive: true, filter: (path) => !/dist-newstyle|\.sbx/.test(path) });
  // A configuration without a repository: cabal asks nothing of the network.
  mkdirSync(join(project, '.sbx/embedded/vm/.cabal'), { recursive: true });
  writeFileSync(join(project, '.sbx/embedded/vm/.cabal/config'), '');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/sbx'), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'dist/sbx.cjs')}' "$@"\n`, { mode: 0o755 });
  const path = `${join(folder, 'bin')}:${process.env.PATH}`;
  const shell = ['env', '-i', `PATH=${path}`, `HOME=${folder}`, 'TERM=tmux-256color', 'LANG=C.UTF-8', 'SBX_HOST=embedded', 'PS1=$ ', 'sh'];
  const settings = ['set', '-g', 'status', 'off', ';', 'set', '-g', 'default-terminal', 'tmux-256color'];
  const size = ['-x', String(SIZE.columns), '-y', String(SIZE.rows)];
  tmux('start-server', ';', ...settings, ';', 'new-session', '-d', ...size, '-c', project, ...shell);
  await type('sbx run fetch-artifacts', /3 succeeded[^$]*\$ $/);
  await type('sbx run fetch-artifacts', /no place was reached\n\$ $/);
  await type(`echo '-- an edit' >>${EDITED}`, /\$ $/);
  await type('sbx run fetch-artifacts', /remote-build vm[^\n]*\n( {2}\|[^\n]*\n){3}$/);
  const screen = tmux('capture-pane', '-e', '-p');
  writeFileSync(
    join(ROOT, 'docs/run.svg'),
    svgOf(screen, SIZE.columns, 'sbx run fetch-artifacts: built, fresh, and built again after an edit'),
  );
  console.log('docs/run.svg is taken');
  tmux('send-keys', 'C-c');
  await until(/\$ $/);
}

/** Types a line as a person would; what it says is waited for. */
async function type(line, wanted) {
  await until(/\$ $/);
  tmux('send-keys', '-l', line);
  await sleep(100); // the line is there before its end is looked for
  tmux('send-keys', 'Enter');
  await sleep(100);
  await until(wanted);
}

async function until(wanted) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const screen = `${tmux('capture-pane', '-p').replace(/\s+$/, '')} `.replace(/([^$]) $/, '$1\n');
    if (wanted.test(screen)) return;
    if (Date.now() > deadline) throw new Error(`not seen: ${wanted}\n${screen}`);
    await sleep(40);
  }
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
