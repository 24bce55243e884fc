import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Case, Scene } from './case.ts';

// What somebody, or a repository, put where fetched files and sbx's own go.

const OTHER = 'mine\n';
const planted = (name: string, plant: (scene: Scene) => void, over: Partial<Case> = {}): Case => ({
  name: `destination: ${name}`,
  plant,
  ...over,
});

export const DESTINATIONS: readonly Case[] = [
  planted('out is a link to a folder outside', ({ root }) => symlinkSync('../victim', `${root}/out`)),
  planted('out is an absolute link', ({ root, folder }) => symlinkSync(`${folder}/victim`, `${root}/out`)),
  planted('out/sub is a link to ..', ({ root }) => {
    mkdirSync(`${root}/out`);
    symlinkSync('..', `${root}/out/sub`);
  }),
  planted('out/sub is a link outside', ({ root }) => {
    mkdirSync(`${root}/out`);
    symlinkSync('../../victim', `${root}/out/sub`);
  }),
  planted('a file is a link outside', ({ root }) => {
    mkdirSync(`${root}/out`);
    symlinkSync('../../victim/precious', `${root}/out/app`);
  }),
  planted('a file is a dangling link outside', ({ root }) => {
    mkdirSync(`${root}/out`);
    symlinkSync('../../victim/new', `${root}/out/app`);
  }),
  planted('out is a file', ({ root, folder }) => {
    linkSync(`${folder}/victim/precious`, `${root}/out`);
  }),
  planted('a file is a hard link of another', ({ root, folder }) => {
    mkdirSync(`${root}/out`);
    linkSync(`${folder}/victim/precious`, `${root}/out/app`);
  }),
  planted('a file is a folder', ({ root }) => mkdirSync(`${root}/out/app/full`, { recursive: true })),
  planted('a file is a fifo', ({ root }) => fifo(`${root}/out`, 'app')),
  planted('a parent is a fifo', ({ root }) => fifo(`${root}/out`, 'sub')),
  planted('out is not writable', ({ root }) => readOnly(`${root}/out`), { humble: true, says: /permission denied/ }),
  planted('bin is a link outside', ({ root }) => symlinkSync('../victim', `${root}/bin`), {
    fetch: 'from: [out/app, out/sub], to: bin/deep',
    into: 'bin/deep',
  }),
];

/** Links that a repository brings along where sbx keeps its own. */
export const FOLDERS: readonly Case[] = [
  planted('.sbx is a link', ({ root }) => symlinkSync('../victim', `${root}/.sbx`), { says: /\.sbx is a link/ }),
  ...['trash', 'runs', 'stage', 'trees', 'steps', 'memo'].map((name) =>
    planted(
      `.sbx/${name} is a link`,
      ({ root }) => {
        mkdirSync(`${root}/.sbx`);
        symlinkSync('../../victim', `${root}/.sbx/${name}`);
      },
      { says: new RegExp(`\\.sbx/${name} is a link`) },
    ),
  ),
];

function fifo(folder: string, name: string): void {
  mkdirSync(folder);
  execFileSync('mkfifo', [`${folder}/${name}`]);
}

function readOnly(folder: string): void {
  mkdirSync(folder);
  writeFileSync(`${folder}/mine`, OTHER);
  chmodSync(folder, 0o555);
}
