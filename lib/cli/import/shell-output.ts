import { HERE, type Listing } from './makefile.ts';

/**
 * What a command would print, where that follows from the files that are there (`find FOLDER... -name PATTERN`, which is how many Makefiles list
 * their sources) or from the system. Undefined for all others: importing runs nothing.
 */
export function knownOutput(command: string, files: Listing): string | undefined {
  if (command === 'pwd') return HERE;
  if (command === 'uname' || command === 'uname -s') return files.uname.s;
  if (command === 'uname -m') return files.uname.m;
  return command.startsWith('find ') ? found(command, files) : undefined;
}

/** A word as the shell reads it: quoted, or with nothing in it that the shell would look at. */
const WORD = /\s+(?:'([^']*)'|"([^"$`\\]*)"|([\w./!@%+=:,-]+))/y;

function found(command: string, files: Listing): string | undefined {
  const words: string[] = [];
  WORD.lastIndex = 'find'.length;
  for (let match = WORD.exec(command); match !== null; match = WORD.exec(command)) {
    words.push(match[1] ?? match[2] ?? match[3] ?? '');
    if (WORD.lastIndex === command.length) return listed(words, files);
  }
  return undefined;
}

/** The files that `find` would list for folders, `-type f`, `-name` and `-path`, with `-not` or `!` before the last two. */
function listed(words: readonly string[], files: Listing): string | undefined {
  const first = words.findIndex((word) => /^[-!(]/.test(word));
  const folders = first < 0 ? words : words.slice(0, first);
  if (folders.length === 0 || folders.some((folder) => folder.startsWith('/') || folder.includes('..'))) return undefined;
  const tests: ((path: string) => boolean)[] = [];
  for (let i = folders.length; i < words.length; i += 2) {
    const isNot = words[i] === '-not' || words[i] === '!';
    if (isNot) i += 1;
    const [test, value] = [words[i], words[i + 1]];
    if (value === undefined) return undefined;
    if (test === '-type' && value === 'f' && !isNot) continue;
    if (test !== '-name' && test !== '-path') return undefined;
    const pattern = patternOf(value);
    tests.push((path) => pattern.test(test === '-name' ? path.slice(path.lastIndexOf('/') + 1) : path) !== isNot);
  }
  if (!words.includes('-name')) return undefined;
  const lists = folders.map((folder) => files.below(folder)?.map((path) => (folder === '.' ? `./${path}` : path)));
  if (lists.includes(undefined)) return undefined;
  return lists
    .flatMap((list) => list ?? [])
    .filter((path) => tests.every((test) => test(path)))
    .join(' ');
}

/** A pattern of find: `*` and `?` take slashes, too. */
function patternOf(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|\\[\]]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`, 's');
}
