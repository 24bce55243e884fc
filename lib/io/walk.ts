/**
 * Which files the globs of a project name. Synchronous and lazy: a folder is listed once, a file looked at once, for as long as the walker lives.
 * Never follows a link that it finds, never enters `.git` or `.sbx`. Knows no digests.
 */
import type { GlobSet } from '../base/glob.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import type { FileState } from './hash.ts';
import { errnoOf, fileTrouble } from './trouble.ts';

export interface Found {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'special';
  readonly seen: FileState;
}

export interface Findings {
  /** Each path once; in code-unit order within each root and each literal folder. */
  readonly found: readonly Found[];
  /** Literal paths of which there is nothing. */
  readonly missing: readonly string[];
  /** Folders that cannot be listed, names that are not UTF-8: the findings are then not whole. */
  readonly trouble: readonly Failure[];
}

export interface Walker {
  readonly root: string;
  /** All that the globs match. */
  globs(globs: GlobSet): Findings;
  /**
   * All files of the project but those that `excludes` takes away, or those of `paths` that are there. One by one, each looked at when it is its turn, then all of them.
   * An excluded folder is not entered.
   */
  each(excludes: Excludes, paths?: Iterable<string>): Generator<Found, Findings>;
  /** The same at once. */
  all(excludes: Excludes, paths?: Iterable<string>): Findings;
  /** The first of `folder` and the folders that it is in which is a link; undefined if none is. */
  linkOnTheWay(folder: string): string | undefined;
}

type Excludes = (path: string, isFolder: boolean) => boolean;

type Kind = Found['kind'] | 'folder' | 'gone';

interface Spot {
  readonly path: string;
  kind: Kind;
  seen: FileState | undefined;
}

const SKIPPED: ReadonlySet<string> = new Set(['.git', '.sbx']);
const MAYBE = { throwIfNoEntry: false } as const;

export function makeWalker(files: Files, root: string): Walker {
  const folders = new Map<string, readonly Spot[]>();
  const literals = new Map<string, Spot>();
  const trouble: Failure[] = [];

  const look = (spot: Spot): Spot => {
    if (spot.seen !== undefined || spot.kind === 'gone') return spot;
    try {
      const seen = files.lstatSync(`${root}/${spot.path}`, MAYBE);
      // Not the Stats itself: four Dates in each make it five times as large, and thousands of them live as long as the walker.
      spot.seen = seen && { size: seen.size, mtimeMs: seen.mtimeMs, ctimeMs: seen.ctimeMs, ino: seen.ino, mode: seen.mode };
      spot.kind = seen === undefined ? 'gone' : kindOf(seen);
      if (seen === undefined && spot.path.includes('\ufffd')) trouble.push(badName(spot.path));
    } catch (thrown) {
      spot.kind = 'gone';
      if (errnoOf(thrown) !== 'ENOTDIR') trouble.push(fileTrouble(thrown, 'look at', spot.path));
    }
    return spot;
  };

  const list = (folder: string): readonly Spot[] => {
    const known = folders.get(folder);
    if (known) return known;
    const spots: Spot[] = [];
    folders.set(folder, spots);
    try {
      const prefix = folder === '' ? '' : `${folder}/`;
      // A folder sorts as if its name ended in a slash: the walk then visits whole paths in code-unit order.
      const names: string[] = [];
      const kinds = new Map<string, Kind>();
      for (const entry of files.readdirSync(prefix === '' ? root : `${root}/${folder}`, { withFileTypes: true })) {
        if (SKIPPED.has(entry.name)) continue;
        const kind = kindOf(entry);
        const name = kind === 'folder' ? `${entry.name}/` : entry.name;
        names.push(name);
        if (kind !== 'file') kinds.set(name, kind);
      }
      names.sort();
      for (const name of names) {
        const kind = kinds.get(name) ?? 'file';
        spots.push({ path: prefix + (kind === 'folder' ? name.slice(0, -1) : name), kind, seen: undefined });
      }
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT') trouble.push(fileTrouble(thrown, 'list', folder === '' ? root : folder));
    }
    return spots;
  };

  const literal = (path: string): Spot => {
    let spot = literals.get(path);
    if (!spot) {
      spot = look({ path, kind: 'special', seen: undefined });
      literals.set(path, spot);
    }
    return spot;
  };

  const foundAt = (spot: Spot): Found | undefined => {
    const { path, kind, seen } = look(spot);
    return seen !== undefined && kind !== 'folder' && kind !== 'gone' ? { path, kind, seen } : undefined;
  };

  const take = (spot: Spot, into: Found[]): void => {
    const found = foundAt(spot);
    if (found !== undefined) into.push(found);
  };

  const walk = (from: string, enters: (folder: string) => boolean, keeps: (path: string) => boolean, into: Found[]): void => {
    for (const spot of list(from)) {
      if (spot.kind === 'folder') {
        if (enters(spot.path)) walk(spot.path, enters, keeps, into);
      } else if (keeps(spot.path)) take(spot, into);
    }
  };

  function* spotsIn(folder: string, excludes: Excludes): Generator<Spot> {
    for (const spot of list(folder)) {
      if (spot.kind !== 'folder') {
        if (!excludes(spot.path, false)) yield spot;
      } else if (!excludes(spot.path, true)) yield* spotsIn(spot.path, excludes);
    }
  }

  function* literalsOf(paths: Iterable<string>, excludes: Excludes): Generator<Spot> {
    for (const path of paths) {
      if (!path.split('/').some((name) => SKIPPED.has(name)) && !excludes(path, false)) yield literal(path);
    }
  }

  const findings = (found: readonly Found[], missing: readonly string[], before: number): Findings => {
    return { found, missing, trouble: trouble.slice(before) };
  };

  function* each(excludes: Excludes, paths?: Iterable<string>): Generator<Found, Findings> {
    const before = trouble.length;
    const found: Found[] = [];
    const missing: string[] = [];
    for (const spot of paths === undefined ? spotsIn('', excludes) : literalsOf(paths, excludes)) {
      const one = foundAt(spot);
      if (one !== undefined) {
        found.push(one);
        yield one;
      } else if (paths !== undefined && spot.kind === 'gone') missing.push(spot.path);
    }
    return findings(found, missing, before);
  }

  return {
    root,
    globs(globs) {
      const before = trouble.length;
      const found: Found[] = [];
      const missing: string[] = [];
      for (const folder of globs.roots) if (globs.descend(folder)) walk(folder, globs.descend, globs.matches, found);
      const walked = globs.roots.length > 0 && globs.literals.length > 0 ? new Set(found.map(({ path }) => path)) : undefined;
      for (const path of globs.literals) {
        if (walked?.has(path) || path.split('/').includes('.sbx')) continue;
        const spot = literal(path);
        if (spot.kind === 'gone') missing.push(path);
        else if (spot.kind === 'folder') walk(path, globs.descend, globs.matches, found);
        else if (globs.matches(path)) take(spot, found);
      }
      return findings(walked ? distinct(found) : found, missing, before);
    },
    each,
    linkOnTheWay(folder) {
      if (folder === '') return undefined;
      for (let slash = folder.indexOf('/'); slash > 0; slash = folder.indexOf('/', slash + 1)) {
        if (literal(folder.slice(0, slash)).kind === 'link') return folder.slice(0, slash);
      }
      return literal(folder).kind === 'link' ? folder : undefined;
    },
    all(excludes, paths) {
      const rest = each(excludes, paths);
      for (let next = rest.next(); ; next = rest.next()) if (next.done) return next.value;
    },
  };
}

/** A literal folder may hold what a root holds too. */
function distinct(found: readonly Found[]): readonly Found[] {
  return [...new Map(found.map((one) => [one.path, one])).values()];
}

function kindOf(seen: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): Kind {
  if (seen.isFile()) return 'file';
  if (seen.isDirectory()) return 'folder';
  return seen.isSymbolicLink() ? 'link' : 'special';
}

function badName(path: string): Failure {
  return {
    code: 'local-io',
    message: `the name of ${path} is not UTF-8, so that sbx cannot name it`,
    hint: 'Rename the file, or exclude the folder that it is in.',
  };
}
