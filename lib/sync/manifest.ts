import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Fields } from './fields.ts';

// Reads what a far side says lies below some paths. The far side is not trusted: what is not exactly as asked is refused whole.

/** Bounds of what may come. */
export interface Caps {
  readonly entries: number;
  readonly bytes: number;
  readonly depth: number;
}

export const CAPS: Caps = { entries: 500_000, bytes: 64 * 2 ** 30, depth: 100 };

export type ListedEntry =
  | { readonly kind: 'file'; readonly path: string; readonly size: number; readonly executable: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'special'; readonly path: string };

export interface Manifest {
  /** In the order of the far side, each path once. */
  readonly entries: readonly ListedEntry[];
  /** Asked for and not there. */
  readonly missing: readonly string[];
  /** Folders called .git, which are never taken. */
  readonly left: readonly string[];
}

const LEAVE_OUT = 'rename it there or leave it out with `exclude`';
const MODE = /^[0-7]{1,5}$/;
const SIZE = /^(0|[1-9][0-9]{0,15})$/;

/**
 * The listing up to its `end`. `roots` are the paths that were asked for; '.' is everything. A name that cannot be taken is no harm where
 * it is not `wanted`. A path is listed `twice` where one root lies within another.
 */
export function readManifest(
  fields: Fields,
  roots: readonly string[],
  caps: Caps,
  wanted: (path: string) => boolean = () => true,
  twice: (path: string) => boolean = () => false,
): Result<Manifest, Failure> {
  const asked = new Set(roots);
  const entries: ListedEntry[] = [];
  const missing: string[] = [];
  const left: string[] = [];
  const seen = new Set<string>();
  let bytes = 0;
  for (let kind = fields.next(); kind !== 'end'; kind = fields.next()) {
    const mode = fields.next();
    const size = fields.next();
    const named = fields.nextName();
    const led = fields.nextName();
    if (kind === undefined || mode === undefined || size === undefined || named === undefined || led === undefined)
      return refused('its list is not whole');
    const name = named.text;
    const target = led.text;
    const path = name.startsWith('./') ? name.slice(2) : name;
    if (kind === 'M' || kind === 'L') {
      if (!asked.has(path)) return refused(`it speaks of ${quoted(path)}, which was not asked for`);
      if (kind === 'L') return refused(`${quoted(path)} is reached through a link`);
      missing.push(path);
      continue;
    }
    const lie = pathTrouble(name, kind === 'G') ?? (isBelow(path, asked) ? undefined : 'was not asked for');
    if (lie !== undefined) return refused(`${quoted(name)} ${lie}`);
    const trouble = named.odd ? 'is not UTF-8' : led.odd ? 'leads to a name that is not UTF-8' : nameTrouble(path, caps);
    if (trouble !== undefined) {
      if (wanted(path)) return refused(`${quoted(name)} ${trouble}`, LEAVE_OUT);
      continue;
    }
    if (seen.has(path)) {
      if (twice(path)) continue;
      return refused(`${quoted(path)} is there twice`);
    }
    seen.add(path);
    if (kind === 'G') {
      left.push(path);
      continue;
    }
    if (!MODE.test(mode) || !SIZE.test(size)) return refused(`mode or size of ${quoted(path)} is no number`);
    if (kind === 'f') {
      bytes += Number(size);
      entries.push({ kind: 'file', path, size: Number(size), executable: (Number.parseInt(mode, 8) & 0o100) !== 0 });
    } else if (kind === 'l') entries.push({ kind: 'link', path, target });
    else if (/^[a-zA-Z?]$/.test(kind)) entries.push({ kind: 'special', path });
    else return refused(`${quoted(path)} is of the unknown kind ${quoted(kind)}`);
    if (entries.length > caps.entries) return refused(`it lists more than ${caps.entries} files`);
    if (bytes > caps.bytes) return refused(`it lists more than ${caps.bytes} bytes`);
  }
  return ok({ entries, missing, left });
}

/** Digests as sha256sum -z writes them: exactly one for each of `paths`, in their order. */
export function readDigests(fields: Fields, paths: readonly string[]): Result<ReadonlyMap<string, string>, Failure> {
  const digests = new Map<string, string>();
  for (const path of paths) {
    const line = fields.next();
    const digest = line?.slice(0, 64) ?? '';
    if (line === undefined || !/^[0-9a-f]{64} [ *]/.test(line) || line.slice(66) !== `./${path}`)
      return refused(`it gives no digest of ${quoted(path)}`);
    digests.set(path, digest);
  }
  return fields.next() === 'end' && !fields.damaged() ? ok(digests) : refused('it gives more digests than were asked for');
}

/** Why no honest far side would list this; undefined if one could. */
function pathTrouble(name: string, isGit: boolean): string | undefined {
  if (!name.startsWith('./')) return 'is not a path below the workspace';
  const parts = name.slice(2).split('/');
  for (const [i, part] of parts.entries()) {
    if (part === '' || part === '.' || part === '..') return 'has an empty part, or one that leads elsewhere';
    const folded = part.normalize('NFC').toLowerCase();
    if (folded === '.sbx' && i === 0) return 'is of sbx';
    if (folded === '.git' && !(isGit && i === parts.length - 1)) return 'is of git';
  }
  return undefined;
}

/** Why a file of this name cannot be taken; undefined if it can. */
function nameTrouble(path: string, caps: Caps): string | undefined {
  if (Buffer.byteLength(path) > 4000) return 'is too long';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(path)) return 'holds a control character';
  const parts = path.split('/');
  if (parts.includes('.sbx')) return 'lies in a folder of sbx, which no look at files enters';
  if (parts.length > caps.depth) return 'lies too deep';
  return parts.some((part) => Buffer.byteLength(part) > 255) ? 'has a part that is too long' : undefined;
}

function isBelow(path: string, asked: ReadonlySet<string>): boolean {
  if (asked.has(path) || asked.has('.')) return true;
  for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1))
    if (asked.has(path.slice(0, slash))) return true;
  return false;
}

export function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}...` : name);
}

/** Nothing of it is taken. */
export function refused(why: string, hint?: string): { readonly ok: false; readonly error: Failure } {
  return err({ code: 'fetch-refused', message: `nothing was taken from the far side: ${why}`, ...(hint === undefined ? {} : { hint }) });
}
