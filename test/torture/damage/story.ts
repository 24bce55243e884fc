import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf } from '../../rig/contents.ts';
import type { TestProject } from '../../rig/project.ts';

// A project on this computer whose outputs are known without building it.

export const SANDBOXFILE = `version: 1
params: { word: { default: plain } }
steps:
  join:
    task: shell
    run: cat src/*.txt >made.txt; cat src/0*.txt
    inputs: ["src/*.txt"]
    outputs: [made.txt]
  big:
    task: shell
    needs: [join]
    run: |
      mkdir -p tree/sub
      { cat src/00.txt; seq -w 9000; } >tree/big.txt
      { seq -w 9000; cat src/00.txt; } >tree/sub/twin.txt
      printf '#!/bin/sh\\necho %s\\n' "$WORD" >tree/run
      chmod 755 tree/run
      ln -sf ../big.txt tree/sub/link
    env: { WORD: "\${{ params.word }}" }
    inputs: [src/00.txt]
    outputs: ["tree/**"]
  lazy:
    task: shell
    run: |
      mkdir -p lazy
      if [ "$(cat lazy/from 2>/dev/null)" = "$(cat src/00.txt)" ] && [ -f lazy/a ] && [ -f lazy/b ] && [ -f lazy/c ] && [ -f lazy/d ]; then exit 0; fi
      sed s/o/0/ <src/00.txt >lazy/a
      sed s/e/3/ <src/00.txt >lazy/b
      { cat lazy/a; seq -w 9000; } >lazy/c
      { cat lazy/b; seq -w 9000; } >lazy/d
      cat src/00.txt >lazy/from
    inputs: [src/00.txt]
    outputs: ["lazy/*"]
  check:
    task: shell
    run: if grep -q bad flag; then exit 1; fi; seq 30
    inputs: [flag]
    outputs: []
default: [join, big, lazy, check]
`;

const FILES = 40;
const SEQUENCE = Array.from({ length: 9000 }, (_, i) => `${String(i + 1).padStart(4, '0')}\n`).join('');

/** The sources of a version, e.g. `A`. */
function sourcesOf(version: string): { readonly [path: string]: string } {
  const names = Array.from({ length: FILES }, (_, i) => String(i).padStart(2, '0'));
  return Object.fromEntries(names.map((name) => [`src/${name}.txt`, `one ${name} ${name === '00' || name === '07' ? version : ''}\n`]));
}

/** What a build of that version must leave: as `contentOf` says it. */
function outputsOf(version: string): { readonly [path: string]: string } {
  const sources = sourcesOf(version);
  const head = sources['src/00.txt'] ?? '';
  return {
    'made.txt': Object.values(sources).join(''),
    'tree/big.txt': head + SEQUENCE,
    'tree/sub/twin.txt': SEQUENCE + head,
    'tree/sub/link': '-> ../big.txt',
    'tree/run': 'x:#!/bin/sh\necho plain\n',
    'lazy/a': head.replace('o', '0'),
    'lazy/b': head.replace('e', '3'),
    'lazy/c': head.replace('o', '0') + SEQUENCE,
    'lazy/d': head.replace('e', '3') + SEQUENCE,
    'lazy/from': head,
  };
}

/** What differs from the outputs of that version; undefined if nothing does. */
export function wrongOutput({ root }: TestProject, version: string): string | undefined {
  for (const [path, wanted] of Object.entries(outputsOf(version))) {
    const there = contentOf(join(root, path));
    if (there !== wanted) return `${path} is ${shown(there)}, not ${shown(wanted)}`;
  }
  return undefined;
}

function shown(text = 'missing'): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 30)}...${text.slice(-20)} (${text.length})` : text);
}

export function writeSources(project: TestProject, version: string): void {
  for (const [path, text] of Object.entries(sourcesOf(version))) {
    if (contentOf(join(project.root, path)) !== text) project.write(path, text);
  }
}

export function removeOutputs({ root }: TestProject): void {
  for (const path of ['made.txt', 'tree', 'lazy']) rmSync(join(root, path), { recursive: true, force: true });
}

/** For folders and files that a trial may have closed. */
export function removeAll(path: string): void {
  const seen = lstatSync(path, { throwIfNoEntry: false });
  if (seen?.isDirectory()) chmodSync(path, 0o700);
  rmSync(path, { recursive: true, force: true });
}
