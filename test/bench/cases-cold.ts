// A process that begins with nothing: connect, ask, do, leave, over a wire that is long. What counts is how often the wire is waited for: the same case over
// one that takes 100 ms longer says so, (long - short) / 100.
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Far, withFar } from '../contract/places.ts';
import type { Bench, Result } from './cases.ts';
import { type Command, compare, run, type Subject } from './measure.ts';
import { startRelay } from './relay.ts';
import { sbx } from './tools.ts';

const FILES = 200;
/** Milliseconds there and back. */
const WIRES = [20, 120];
const BUILD = 'mkdir -p out && cat src/*.c > out/app';

export function coldCases(bench: Bench): Promise<Result[]> {
  return withFar({}, async (far) => {
    const results: Result[] = [];
    for (const trip of WIRES) {
      await using relay = await startRelay({ to: far.sshd.port, delay: trip / 2 });
      results.push(...over(bench, far, trip, relay.port));
    }
    return results;
  });
}

/** An ssh_config that leads to the same sshd through another port. */
function configThrough(far: Far, folder: string, port: number): string {
  const file = join(folder, 'ssh_config');
  const alias = `  HostKeyAlias [127.0.0.1]:${far.sshd.port}`;
  writeFileSync(file, readFileSync(far.sshd.config, 'utf8').replace(/^ {2}Port \d+$/m, `  Port ${port}\n${alias}`));
  return file;
}

function over(bench: Bench, far: Far, trip: number, port: number): Result[] {
  const root = join(bench.folder, `cold-${trip}`);
  const there = far.sshd.home;
  for (const folder of ['src', '.home']) mkdirSync(join(root, folder), { recursive: true });
  for (let n = 0; n < FILES; n++) writeFileSync(join(root, `src/f${n}.c`), `int f${n};\n`);
  writeFileSync(
    join(root, 'Sandboxfile.yaml'),
    `version: 1
sandboxes:
  far: { host: far, workspace: ${there}/cold-${trip}, files: all }
steps:
  sync: { task: sync, in: far, exclude: [.home, rsync, ssh_config] }
  build: { task: remote-build, in: far, needs: [sync], run: "${BUILD}", outputs: [out/app] }
  fetch: { task: fetch-artifacts, in: far, needs: [build], from: out/app }
`,
  );
  const config = configThrough(far, root, port);
  const own = (...words: string[]): Command => ({ ...sbx(root, 'run', ...words), env: { SBX_SSH_CONFIG: config, SBX_AGENT: 'off' } });
  const master = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${join(root, 'master')}`, '-o', 'ControlPersist=60'];
  const ssh = (kept: readonly string[]): string[] => ['ssh', '-F', config, ...kept];
  const rsync = (kept: readonly string[], ...words: string[]): Command => ({
    words: ['rsync', '-a', '-e', ssh(kept).join(' '), ...words],
    cwd: root,
  });
  const peer = `${there}/cold-rsync-${trip}`;
  const push = (kept: readonly string[]): Command => rsync(kept, '--delete', '--exclude=out', 'src', `far:${peer}/`);
  const build = (kept: readonly string[]): Command => ({ words: [...ssh(kept), 'far', `cd ${peer} && ${BUILD}`], cwd: root });
  const fetch = (kept: readonly string[]): Command => rsync(kept, `far:${peer}/out/app`, 'rsync/');
  mkdirSync(join(root, 'rsync'));
  const edit = (): void => appendFileSync(join(root, 'src/f7.c'), 'int edited;\n');
  const cases: readonly (readonly [string, (kept: readonly string[]) => Command, Command, (() => void)?])[] = [
    ['no change', push, own('sync', '--force')],
    ['1 file edited', push, own('sync'), edit],
    ['a build', build, own('build', '--force')],
    ['fetch, nothing changed', fetch, own('fetch', '--force')],
  ];
  for (const one of [push([]), push(master), build(master), fetch(master), own('fetch')]) run(one);
  const results = cases.flatMap(([name, theirs, ours, before]) => {
    const step = before === undefined ? {} : { before };
    const peers = name === 'a build' ? 'ssh' : 'rsync';
    const subjects: readonly Subject[] = [
      { name: `${peers} over fresh ssh`, command: theirs([]), ...step },
      { name: `${peers}, ControlMaster`, command: theirs(master), ...step },
      { name: 'sbx, connecting anew', command: ours, ...step },
    ];
    const measured = compare(subjects, Math.min(5, bench.rounds));
    return measured.map((one) => ({ case: `${name}, ${FILES} files, round trip of ${trip} ms`, tool: one.name, ...one }));
  });
  run({ words: [...ssh(master), '-O', 'exit', 'far'], cwd: root });
  return results;
}
