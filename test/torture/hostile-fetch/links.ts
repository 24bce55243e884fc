import type { Case } from './case.ts';
import { type Fable, fable, fiction, link } from './fiction.ts';

// Links that lead out, and what is neither file nor link.

const APP = fable('./out/app', 'one\ntwo\n', { mode: '755' });
const CONTAINED = { fetch: 'from: out, links: contained' };

const told = (name: string, files: (folder: string) => readonly Fable[], says: RegExp, more: Partial<Case> = CONTAINED): Case => ({
  name: `links: ${name}`,
  lie: ({ folder, struck }) => fiction({ files: [APP, ...files(folder)] }, struck),
  says,
  ...more,
});
const kind = (letter: string, name: string, says = /is neither a file nor a link/): Case => ({
  name: `types: ${name}`,
  lie: ({ struck }) => fiction({ files: [APP, fable('./out/odd', '', { kind: letter })] }, struck),
  says,
});
const mode = (bits: string, name: string): Case => ({
  name: `types: ${name}`,
  lie: ({ struck }) => fiction({ files: [APP, fable('./out/odd', 'odd', { mode: bits })] }, struck),
  taken: { app: 'x:one\ntwo\n', odd: 'x:odd' },
});

export const LINKS: readonly Case[] = [
  told('absolute', (folder) => [link('./out/l', `${folder}/victim/precious`)], /is absolute or empty/),
  told('out by ..', () => [link('./out/l', '../../victim/precious')], /leads out of what is fetched|is not fetched/),
  told('to the root', () => [link('./out/l', '/')], /is absolute or empty/),
  told('empty', () => [link('./out/l', '')], /is absolute or empty/),
  told('down and up again', () => [fable('./out/d/x'), link('./out/l', 'd/../../x')], /goes up after it went down/),
  told('to the folder above', () => [link('./out/l', '..')], /leads to a folder above it|leads out/),
  {
    name: 'links: to itself',
    lie: ({ struck }) => fiction({ files: [APP, link('./out/l', 'l')] }, struck),
    ...CONTAINED,
    taken: { app: 'x:one\ntwo\n', l: '-> l' },
  },
  told('dangling', () => [link('./out/l', 'none')], /leads to something that is not fetched/),
  told('a chain', () => [link('./out/a', 'b'), link('./out/b', '../../victim')], /leads out of what is fetched|is not fetched/),
  told('through a link', () => [link('./out/m', 'app'), link('./out/l', 'm/x')], /leads to something that is not fetched/),
  told(
    'through a link to a folder',
    () => [fable('./out/d/e/x'), link('./out/m', 'd/e'), link('./out/l', 'm/../../x')],
    /not fetched|goes up/,
  ),
  told('target is not UTF-8', () => [link('./out/l', Buffer.from([0x61, 0xff]))], /leads to a name that is not UTF-8/),
  told('below a link', () => [link('./out/l', 'app'), fable('./out/l/x')], /is a file or link, and/),
  told('without leave', () => [link('./out/l', 'app')], /is a link/, { fetch: 'from: out' }),
  told('called .git', () => [link('./out/.git', 'app')], /is of git/),
  {
    name: 'links: left out by leave',
    lie: ({ folder, struck }) => fiction({ files: [APP, link('./out/l', `${folder}/victim`)] }, struck),
    fetch: 'from: out, links: skip',
    taken: { app: 'x:one\ntwo\n' },
  },
  kind('p', 'fifo'),
  kind('s', 'socket'),
  kind('b', 'block device'),
  kind('c', 'character device'),
  kind('D', 'door'),
  kind('?', 'unknown'),
  kind('d', 'a folder that is said to be something'),
  kind('', 'no kind', /is of the unknown kind/),
  kind('ff', 'two letters', /is of the unknown kind/),
  mode('4755', 'setuid'),
  mode('2755', 'setgid'),
  mode('1777', 'sticky'),
  mode('7777', 'all bits'),
];

/** A far side that is honest about a tree that is not. */
export const TREES: readonly Case[] = [
  { name: 'trees: a fifo', build: 'mkfifo out/p', says: /"out\/p" is neither a file nor a link/ },
  { name: 'trees: a device', build: 'mknod out/null c 1 3 || mkfifo out/null', says: /"out\/null" is neither a file nor a link/ },
  { name: 'trees: a link out', build: 'ln -s /etc/passwd out/l', fetch: 'from: out, links: contained', says: /is absolute or empty/ },
  { name: 'trees: the folder is a link', build: 'mv out real; ln -s real out', says: /is a link/ },
  { name: 'trees: reached through a link', fetch: 'from: d/sub/data', build: 'ln -s out d', says: /is reached through a link/, into: 'd' },
  { name: 'trees: case', build: 'echo x >out/APP', says: /are one name on some file systems/ },
  { name: 'trees: newline', build: 'touch "out/a\nb"', says: /holds a control character/ },
  { name: 'trees: not UTF-8', build: 'touch "$(printf "out/\\\\377")"', says: /is not UTF-8/ },
  { name: 'trees: a repository', build: 'mkdir -p out/.git/hooks; echo evil >out/.git/hooks/post-checkout' },
  {
    name: 'trees: setuid and hard links',
    build: 'ln out/sub/data out/hard; chmod 4755 out/hard',
    taken: { app: 'x:one\ntwo\n', 'sub/data': 'x:data', hard: 'x:data' },
  },
  { name: 'trees: nothing there', build: 'rm -r out', says: /there is no out in the workspace/ },
  { name: 'trees: unreadable', build: 'rm -r out; mkdir out; ln -s loop out/loop', says: /is a link/ },
];
