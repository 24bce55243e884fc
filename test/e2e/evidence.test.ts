// After a run found everything fresh, the next one need not decide again, unless anything that it would look at has changed: each kind of change is tried.
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Stamped } from '../../lib/model/event.ts';
import type { Ended, Invocation } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { pause } from '../rig/patience.ts';
import { projectIn, type TestProject } from '../rig/project.ts';

const FILE = `version: 1
dotenv: [.env]
params:
  word: { default: one }
steps:
  a:
    task: shell
    run: cat in/*.txt linked.txt > out.txt; echo "$WORD $GIVEN" >> out.txt; tool >> out.txt
    inputs: ["in/*.txt", linked.txt]
    outputs: [out.txt]
    tools: [tool]
    env: { WORD: "\${{ params.word }}", GIVEN: "\${{ default(env.GIVEN, 'none') }}" }
default: [a]
`;

interface Change {
  readonly why: string;
  readonly make: (project: TestProject) => void;
  /** What the second run is given besides. */
  readonly args?: readonly string[];
  readonly env?: Invocation['env'];
  /** What becomes of the step: executed by default. */
  readonly is?: 'succeeded' | 'restored' | 'fresh';
  /** It is not decided again. */
  readonly stands?: true;
}

const CHANGES: readonly Change[] = [
  { why: 'an edited input', make: (p) => p.write('in/1.txt', 'edited\n') },
  {
    why: 'an input edited to the same size with its time set back',
    make(p) {
      const { atime, mtime } = statSync(join(p.root, 'in/1.txt'));
      p.write('in/1.txt', 'eno\n');
      utimesSync(join(p.root, 'in/1.txt'), atime, mtime);
    },
  },
  { why: 'an input that is gone', make: (p) => p.remove('in/2.txt') },
  { why: 'a new input', make: (p) => p.write('in/3.txt', 'three\n') },
  { why: 'an input made executable', make: (p) => chmodSync(join(p.root, 'in/1.txt'), 0o755) },
  { why: 'a file behind a link', make: (p) => p.write('behind.txt', 'other\n') },
  {
    why: 'a link that leads elsewhere',
    make(p) {
      p.remove('linked.txt');
      symlinkSync('in/1.txt', join(p.root, 'linked.txt'));
    },
  },
  { why: 'an output that is gone', make: (p) => p.remove('out.txt'), is: 'restored' },
  { why: 'an edited output', make: (p) => p.write('out.txt', 'mine\n'), is: 'restored' },
  { why: 'another command', make: (p) => p.write('Sandboxfile.yaml', FILE.replace('cat in', 'cat  in')) },
  { why: 'a tool that was replaced', make: (p) => p.write('bin/tool', '#!/bin/sh\necho v2\n', 0o755) },
  { why: 'another variable in the environment', make: () => {}, env: { GIVEN: 'other' } },
  { why: 'a variable that nobody asks for', make: () => {}, env: { OLDPWD: '/elsewhere' }, is: 'fresh', stands: true },
  { why: 'a variable that is unset', make: () => {}, env: { GIVEN: undefined } },
  { why: 'a variable that a flag is read from', make: () => {}, env: { SBX_FORCE: 'true' } },
  { why: 'a dotenv file that was not there', make: (p) => p.write('.env', 'GIVEN=fromfile\n'), env: { GIVEN: '' } },
  { why: 'another parameter', make: () => {}, args: ['--set', 'word=two'] },
  { why: 'force', make: () => {}, args: ['--force'] },
  { why: 'records that are lost', make: (p) => rmSync(join(p.root, '.sbx/steps')), is: 'fresh' }, // the store knows too
  {
    why: 'evidence that is damaged',
    make(p) {
      const file = join(p.root, '.sbx/evidence');
      const bytes = readFileSync(file);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 4;
      writeFileSync(file, bytes);
    },
    is: 'fresh',
  },
  { why: 'nothing', make: () => {}, is: 'fresh', stands: true },
];

function run(project: TestProject, args: readonly string[] = [], env: Invocation['env'] = {}): Promise<Ended> {
  return project.sbx(['run', ...args], { env: { PATH: `${project.root}/bin:${process.env.PATH}`, GIVEN: 'given', ...env } });
}

function outcome({ root }: TestProject): string | undefined {
  const runs = join(root, '.sbx/runs');
  const newest = readdirSync(runs)
    .map((name) => join(runs, name, 'journal.ndjson'))
    .sort((a, b) => lstatSync(b).mtimeMs - lstatSync(a).mtimeMs)[0];
  const events = readFileSync(newest ?? '', 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Stamped);
  return events.flatMap((event) => (event.type === 'step-finished' ? [event.outcome.is] : []))[0];
}

test('what proves that nothing changed is never believed after a change', () =>
  withFolder(async (folder) => {
    const all = CHANGES.map((change, index) => ({ change, project: projectIn(join(folder, `p${index}`), join(folder, `h${index}`)) }));
    for (const { project } of all) {
      const files = { 'Sandboxfile.yaml': FILE, 'in/1.txt': 'one\n', 'in/2.txt': 'two\n', 'behind.txt': 'behind\n' };
      for (const [path, text] of Object.entries(files)) project.write(path, text);
      project.write('bin/tool', '#!/bin/sh\necho v1\n', 0o755);
      symlinkSync('behind.txt', join(project.root, 'linked.txt'));
      const first = await run(project);
      assert.is(first.code, 0, first.stdout + first.stderr);
    }
    await pause(2300); // younger files prove nothing
    const wrong: string[] = [];
    for (const { change, project } of all) {
      const { why, make, args, env, is, stands } = change;
      const proof = join(project.root, '.sbx/evidence');
      await run(project);
      if (outcome(project) !== 'fresh' || !existsSync(proof)) wrong.push(`${why}: no evidence, ${outcome(project)}`);
      make(project);
      const before = existsSync(proof) ? statSync(proof).ino : 0;
      const ended = await run(project, args, env);
      if (ended.code !== 0 || outcome(project) !== (is ?? 'succeeded'))
        wrong.push(`${why}: ${ended.code}, ${outcome(project)}\n${ended.stdout}${ended.stderr}`);
      if (stands && statSync(proof).ino !== before) wrong.push(`${why}: it was decided again`);
    }
    assert.equal(wrong, []);
  }));

test('a run that executed something, warned or reached a place leaves no evidence', () =>
  withFolder(async (folder) => {
    const project = projectIn(join(folder, 'p'), join(folder, 'h'));
    project.write('Sandboxfile.yaml', "version: 1\nsteps:\n  a:\n    task: shell\n    run: 'true'\ndefault: [a]\n");
    await pause(2300);
    for (let n = 0; n < 2; n++) assert.is((await project.sbx(['run'])).code, 0);
    assert.not(existsSync(join(project.root, '.sbx/evidence')));
  }));

test.run();
