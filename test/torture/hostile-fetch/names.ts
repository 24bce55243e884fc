import type { Case } from './case.ts';
import { type Fable, fable, fiction, link } from './fiction.ts';

// A far side whose list, digests and bytes agree, and that says names which must not be written.

const APP = fable('./out/app', 'one\ntwo\n', { mode: '755' });
const DATA = fable('./out/sub/data', 'data');

const told = (name: string, files: (folder: string) => readonly Fable[], says: RegExp, more: Partial<Case> = {}): Case => ({
  name: `names: ${name}`,
  lie: ({ folder, struck }) => fiction({ files: [APP, DATA, ...files(folder)] }, struck),
  says,
  ...more,
});
const named = (name: string, path: string | Buffer | ((folder: string) => string), says: RegExp, more: Partial<Case> = {}): Case =>
  told(name, (folder) => [fable(typeof path === 'function' ? path(folder) : path)], says, more);
const raw = (...bytes: readonly number[]): Buffer => Buffer.concat([Buffer.from('./out/'), Buffer.from(bytes)]);

const ELSEWHERE = /has an empty part, or one that leads elsewhere/;
const STRANGE = `-rf ' "$(touch x)\` *`;
const NOT_BELOW = /is not a path below the workspace/;

export const NAMES: readonly Case[] = [
  named('.. within', './out/../../victim/new', ELSEWHERE),
  named('.. far up', `./out/${'../'.repeat(30)}tmp/new`, ELSEWHERE),
  named('.. first', './../victim/new', ELSEWHERE),
  named('.. last', './out/..', ELSEWHERE),
  named('.. alone', '..', NOT_BELOW),
  named('absolute', (folder) => `${folder}/victim/new`, NOT_BELOW),
  named('absolute below ./', (folder) => `./${folder}/victim/new`, ELSEWHERE),
  named('empty', '', NOT_BELOW),
  named('an empty part', './out//new', ELSEWHERE),
  named('a dot as part', './out/./new', ELSEWHERE),
  named('a dot alone', '.', NOT_BELOW),
  named('the folder itself', './out', /is a file or link, and "out\/app" lies in it/),
  named('trailing slash', './out/new/', ELSEWHERE),
  named('like an option', '-rf', NOT_BELOW),
  named('like an option of tar below ./', './--checkpoint-action=exec=sh', /was not asked for/),
  named('tilde', '~/new', NOT_BELOW),
  named('newline', './out/a\nb', /holds a control character/),
  named('carriage return', './out/a\rb', /holds a control character/),
  named('escape sequence', './out/\u001b[2J\u001b[1;1Hdone', /holds a control character/),
  named('C1 control', './out/\u009b2J', /holds a control character/),
  named('delete', './out/a\u007f', /holds a control character/),
  named('not UTF-8', raw(0xff, 0xfe), /is not UTF-8/),
  named('overlong UTF-8 dots', raw(0xc0, 0xae, 0xc0, 0xae, 0x2f, 0x78), /is not UTF-8/),
  named('surrogate in UTF-8', raw(0xed, 0xa0, 0x80), /is not UTF-8/),
  named('part of 256 bytes', `./out/${'n'.repeat(256)}`, /has a part that is too long/),
  named('path of 4,096 bytes', `./out/${'n/'.repeat(2045)}`.slice(0, -1), /is too long/),
  named('110 folders deep', `./out/${'d/'.repeat(110)}x`, /lies too deep/),
  named('.git/hooks', './out/.git/hooks/post-checkout', /is of git/),
  named('.GIT/config', './out/.GIT/config', /is of git/),
  named('a file called .git', './out/.git', /is of git/),
  named('.git of the project', './.git/hooks/pre-commit', /is of git/),
  named('.sbx of the project', './.sbx/steps', /is of sbx/),
  named('.SBX of the project', './.SBX/steps', /is of sbx/),
  named('.sbx below', './out/.sbx/steps', /lies in a folder of sbx/),
  named('beside what was asked for', './out2', /was not asked for/),
  named('above what was asked for', './o', /was not asked for/),
  named('the Sandboxfile', './Sandboxfile.yaml', /was not asked for/),
  told('one name twice', () => [fable('./out/app', 'other')], /is there twice/),
  told('case collision', () => [fable('./out/APP')], /are one name on some file systems/),
  told('folders that differ by case', () => [fable('./out/D/x'), fable('./out/d/y')], /are one name on some file systems/),
  told('NFC and NFD', () => [fable('./out/\u00e9'), fable('./out/e\u0301')], /are one name on some file systems/),
  told('NFC and NFD folders', () => [fable('./out/\u00e9/a'), fable('./out/e\u0301/b')], /are one name on some file systems/),
  told('file and folder of one name', () => [fable('./out/app/inner')], /is a file or link, and "out\/app\/inner" lies in it/),
  told('link and folder of one name', (folder) => [link('./out/l', `${folder}/victim`), fable('./out/l/new')], /is a file or link, and/, {
    fetch: 'from: out, links: contained',
  }),
  told('renamed onto each other', () => [fable('./out/sub/app', 'other')], /would be written twice/, {
    fetch: 'from: [out/app, out/sub/app, out/sub/data], to: bin',
    into: 'bin',
  }),
  // NUL ends a field, so that what follows it is another one.
  told(
    'NUL within',
    () => [fable('./out/new\0./../victim/new')],
    /its list is not whole|is of the unknown kind|is no number|is not a path/,
  ),
  // Strange, but a name like any other.
  {
    name: 'names: blanks, quotes and an option of rm',
    lie: ({ struck }) => fiction({ files: [APP, DATA, fable(`./out/${STRANGE}`, 'y')] }, struck),
    taken: { app: 'x:one\ntwo\n', 'sub/data': 'data', [STRANGE]: 'y' },
  },
];
