import { dirname, join } from 'node:path/posix';
import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { Bytes, OpenBytes } from './bytes.ts';
import { foldName, plainName } from './names.ts';
import { BLOCK, readTarHeader } from './tar.ts';

/** A file of an appliance: a stretch of the .ova, or a file beside the .ovf. */
export interface Piece {
  readonly name: string;
  readonly path: string;
  readonly bytes: Bytes;
  readonly offset: number;
  readonly size: number;
}

/** A file of an appliance by name; undefined: it has none. */
export interface Pieces {
  readonly ovf: Piece;
  find(name: string): Promise<Result<Piece | undefined, Failure>>;
  /** All of them, where it is known: an .ovf does not own its folder. */
  readonly all?: readonly Piece[];
}

const MEMBERS = 64;

/** Finds the files of an .ova or .ovf. The names are checked, nothing else. */
export async function findPieces(open: OpenBytes, path: string): Promise<Result<Pieces, Failure>> {
  const opened = await open(path);
  if (!opened.ok) return opened;
  if (opened.value === undefined) return err({ code: 'appliance-missing', message: `there is no ${path}` });
  if (opened.value === 'special') return refused(path, 'it is no plain file');
  if (path.endsWith('.ovf')) return ok(beside(open, path, opened.value));
  return path.endsWith('.ova') ? within(path, opened.value) : refused(path, 'its name ends neither in .ova nor in .ovf');
}

export function refused(path: string, why: string): { readonly ok: false; readonly error: Failure } {
  return err({ code: 'appliance-refused', message: `${path}: ${why}` });
}

function beside(open: OpenBytes, path: string, bytes: Bytes): Pieces {
  const folder = dirname(path);
  const ovf: Piece = { name: path.slice(path.lastIndexOf('/') + 1), path, bytes, offset: 0, size: bytes.size };
  const find = async (name: string): Promise<Result<Piece | undefined, Failure>> => {
    if (name === ovf.name) return ok(ovf);
    const file = join(folder, name);
    const found = await open(file);
    if (!found.ok) return found;
    if (found.value === 'special') return refused(path, `${JSON.stringify(name)} is no plain file`);
    return ok(found.value === undefined ? undefined : { name, path: file, bytes: found.value, offset: 0, size: found.value.size });
  };
  return { ovf, find };
}

async function within(path: string, bytes: Bytes): Promise<Result<Pieces, Failure>> {
  const all: Piece[] = [];
  const folded = new Set<string>();
  for (let offset = 0; ; ) {
    const block = await bytes.read(offset, BLOCK);
    if (!block.ok) return block;
    const member = readTarHeader(block.value);
    if (!member.ok) return refused(path, member.error);
    if (member.value === undefined) break;
    const { name, size } = member.value;
    const plain = plainName(name);
    if (!plain.ok) return refused(path, plain.error);
    if (folded.has(foldName(name))) return refused(path, `it has ${JSON.stringify(name)} twice`);
    folded.add(foldName(name));
    const piece: Piece = { name, path, bytes, offset: offset + BLOCK, size };
    if (piece.offset + size > bytes.size) return refused(path, `it ends within ${JSON.stringify(name)}`);
    all.push(piece);
    if (all.length > MEMBERS) return refused(path, `it has more than ${MEMBERS} files`);
    offset = piece.offset + Math.ceil(size / BLOCK) * BLOCK;
  }
  const [ovf] = all;
  if (ovf?.name.endsWith('.ovf') !== true) return refused(path, 'its first file is not its description (.ovf)');
  return ok({ ovf, all, find: async (name) => ok(all.find((piece) => piece.name === name)) });
}
