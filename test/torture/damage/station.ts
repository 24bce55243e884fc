import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { realFiles } from '../../../lib/io/io.ts';
import { contentOf, nameOf } from '../../../lib/run/holder.ts';
import { whoAmI } from '../../../lib/run/self.ts';
import { eventsOf, type SeenEvent } from '../../e2e/far-project.ts';
import type { Ended } from '../../rig/cli.ts';
import { inside } from '../../rig/inside.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { removeAll, removeOutputs, SANDBOXFILE, writeSources, wrongOutput } from './story.ts';

/** What a run told. */
export interface Ran extends Ended {
  readonly events: readonly SeenEvent[];
  readonly outcomes: { readonly [step: string]: string };
  readonly warnings: readonly string[];
  /** A fault, if there was one. */
  readonly fault: string | undefined;
}

/** A project that built version A and then version B, and can be put back to that moment. */
export interface Station {
  readonly project: TestProject;
  readonly store: string;
  /** Files of the state that can be harmed, by what they are. */
  readonly files: { readonly [label: string]: string };
  /** As after a run at version B that found everything fresh, with a lock that a dead process holds. */
  reset(): Promise<void>;
  /** While evidence stands nothing else is asked. */
  withoutEvidence(): void;
  sbx(...args: string[]): Promise<Ran>;
}

/** `other`: a station whose files serve as those of another project. */
export async function makeStation(folder: string, other?: Station): Promise<Station> {
  const project = projectIn(join(folder, 'project'), join(folder, 'home'));
  const store = join(project.home, '.cache/sbx');
  const state = join(project.root, '.sbx');
  const saved = join(folder, 'saved');
  project.write('Sandboxfile.yaml', SANDBOXFILE);
  project.write('flag', 'good\n');
  const sbx = async (...args: string[]): Promise<Ran> => toldBy(await inside(args, { cwd: project.root, home: project.home }));
  const files: { [label: string]: string } = {};
  const seen = new Set<string>();
  for (const version of ['A', 'B']) {
    writeSources(project, version);
    const ran = await sbx('run', '--json');
    if (ran.code !== 0 || wrongOutput(project, version) !== undefined) throw new Error(ran.stdout + ran.stderr);
    for (const [label, path] of storedIn(store)) {
      if (!seen.has(path)) files[`${label} (${version})`] = path;
      seen.add(path);
    }
    if (version === 'A') await sbx('run', '--json'); // leaves evidence
    if (version === 'A') cpSync(state, join(folder, 'earlier'), { recursive: true });
  }
  for (const name of ['steps', 'memo', 'evidence']) files[name] = join(state, name);
  files.journal = newestJournal(state);
  const trees = readdirSync(join(state, 'trees'));
  const tree = trees.find((name) => !existsSync(join(folder, 'earlier/trees', name)));
  if (tree === undefined) throw new Error('no tree was kept');
  const [document] = readdirSync(join(store, 'documents'));
  files.document = join(store, 'documents', document ?? '');
  files.tree = join(state, 'trees', tree);
  for (const name of ['steps', 'memo', 'evidence']) files[`${name} of an earlier day`] = join(folder, 'earlier', name);
  for (const name of other === undefined ? [] : ['steps', 'memo', 'evidence', 'tree'])
    files[`${name} of another`] = other?.files[name] ?? '';
  files['document of another'] = await otherDocument(project, store, files.document);
  const dead = { ...whoAmI(realFiles), start: '1', nonce: 'd'.repeat(32), command: 'sbx run' };
  files.lock = join(state, 'lock', nameOf(dead));
  for (const [from, to] of [
    [store, join(saved, 'store')],
    [state, join(saved, 'state')],
  ] as const) {
    removeAll(to);
    cpSync(from, to, { recursive: true });
  }
  for (const name of ['evidence', 'memo', 'runs']) removeAll(join(saved, 'state', name));
  return {
    project,
    store,
    files,
    sbx,
    withoutEvidence: () => rmSync(files.evidence as string),
    async reset() {
      removeAll(store);
      removeAll(state);
      cpSync(join(saved, 'store'), store, { recursive: true, preserveTimestamps: true });
      cpSync(join(saved, 'state'), state, { recursive: true });
      removeOutputs(project);
      writeSources(project, 'B');
      if (project.read('flag') !== 'good\n') project.write('flag', 'good\n');
      for (let n = 0; n < 2; n++) {
        const ran = await sbx('run', '--json');
        if (ran.code !== 0 || ran.warnings.length > 0 || wrongOutput(project, 'B'))
          throw new Error(`not ready: ${ran.stdout}${ran.stderr}`);
      }
      files.journal = newestJournal(state);
      mkdirSync(join(state, 'lock'));
      writeFileSync(files.lock as string, contentOf(dead));
    },
  };
}

/** The outputs that are files of their own in the store, by how they begin. */
const BLOBS: { readonly [start: string]: string } = {
  one: 'tree/big.txt',
  '000': 'tree/sub/twin.txt',
  '0ne': 'lazy/c',
  on3: 'lazy/d',
};

/** Each file of the store with what it is: `record of join`, `blob of tree/big.txt`. */
function storedIn(store: string): readonly (readonly [label: string, path: string])[] {
  const records = readdirSync(join(store, 'ac/v1')).map((name) => join(store, 'ac/v1', name));
  const found = records.map((path): readonly [string, string] => [`record of ${stepOf(path)}`, path]);
  for (const entry of readdirSync(join(store, 'cas'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.push([`blob of ${BLOBS[readFileSync(path, 'utf8').slice(0, 3)]}`, path]);
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1));
}

function stepOf(record: string): string {
  return (JSON.parse(readFileSync(record, 'utf8').split('\n')[1] ?? '') as { readonly step: string }).step;
}

function newestJournal(state: string): string {
  const journals = readdirSync(join(state, 'runs')).map((run) => join(state, 'runs', run, 'journal.ndjson'));
  return journals.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0] ?? '';
}

/** Keeps the document of a Sandboxfile whose steps do other things. */
async function otherDocument(project: TestProject, store: string, ours: string): Promise<string> {
  project.write('other/Sandboxfile.yaml', SANDBOXFILE.replaceAll('cat src', 'echo other; cat src').replaceAll('seq -w 9000', 'seq 10'));
  await inside(['run', 'check'], { cwd: join(project.root, 'other'), home: project.home });
  const found = readdirSync(join(store, 'documents')).map((name) => join(store, 'documents', name));
  project.remove('other');
  const other = found.find((path) => path !== ours);
  if (other === undefined) throw new Error('no document was kept');
  return other;
}

export function toldBy(ended: Ended): Ran {
  const events = eventsOf(ended);
  const outcomes: { [step: string]: string } = {};
  for (const e of events) if (e.type === 'step-finished' && e.step && e.outcome) outcomes[e.step] = e.outcome.is;
  const warnings = events.flatMap((e) => (e.type === 'warning' ? [e.text ?? ''] : []));
  const said = ended.stdout + ended.stderr;
  const isFault = ended.code === 70 || /a fault of sbx|\n {4}at /.test(said);
  return { ...ended, events, outcomes, warnings, fault: isFault ? `a fault: ${said.slice(-1500)}` : undefined };
}
