import { err, ok, type Result } from '../../base/result.ts';
import type { Appliance, ApplianceDisk } from '../../model/appliance.ts';
import type { Failure } from '../../model/failure.ts';
import type { OpenBytes } from './bytes.ts';
import { readManifest } from './manifest.ts';
import { type Ovf, type OvfDisk, readOvf } from './ovf.ts';
import { findPieces, type Piece, type Pieces, refused } from './pieces.ts';
import { readVmdkHeader, refusedDescription, VMDK_HEADER } from './vmdk.ts';

/** A description and a manifest are texts of a few pages. */
const TEXT = 2 ** 20;
/** A disk is as large as the description says, rounded up by whoever made it. */
const ROUNDED = 2 ** 20;

/**
 * What an OVA or OVF holds. Refused whole if anything in it is not as it should be: its names, its description, its digests, its disks. What
 * it says of sizes is compared with what is there; no byte of a disk is unpacked.
 */
export async function inspectAppliance(open: OpenBytes, path: string): Promise<Result<Appliance, Failure>> {
  const pieces = await findPieces(open, path);
  if (!pieces.ok) return pieces;
  const text = await textOf(pieces.value.ovf);
  if (!text.ok) return text;
  const ovf = readOvf(text.value);
  if (!ovf.ok) return refused(path, ovf.error);
  const named = await filesOf(pieces.value, ovf.value, path);
  if (!named.ok) return named;
  const verified = await compareManifest(pieces.value, named.value, path);
  if (!verified.ok) return verified;
  const disks: ApplianceDisk[] = [];
  for (const disk of ovf.value.disks) {
    const checked = await checkDisk(disk, named.value.get(disk.file) as Piece);
    if (!checked.ok) return typeof checked.error === 'string' ? refused(path, checked.error) : err(checked.error);
    disks.push(checked.value);
  }
  const { name, cpus, memory, nics } = ovf.value;
  return ok({ path, name, cpus, memory, disks, nics, verified: verified.value });
}

/** The files that the description refers to: all there, of the size it says, and in an .ova no others. */
async function filesOf(pieces: Pieces, ovf: Ovf, path: string): Promise<Result<ReadonlyMap<string, Piece>, Failure>> {
  const named = new Map<string, Piece>();
  for (const [name, size] of ovf.files) {
    const piece = await pieces.find(name);
    if (!piece.ok) return piece;
    if (piece.value === undefined) return refused(path, `it refers to ${JSON.stringify(name)}, which is not there`);
    if (size !== undefined && size !== piece.value.size) return refused(path, `${JSON.stringify(name)} has not the size that it says`);
    named.set(name, piece.value);
  }
  const base = baseOf(pieces.ovf);
  const known = new Set([pieces.ovf.name, `${base}.mf`, `${base}.cert`, ...named.keys()]);
  const stranger = pieces.all?.find(({ name }) => !known.has(name));
  return stranger === undefined ? ok(named) : refused(path, `nothing in it refers to ${JSON.stringify(stranger.name)}`);
}

/** False: it has no manifest. A manifest names every file that counts, and only those. */
async function compareManifest(pieces: Pieces, named: ReadonlyMap<string, Piece>, path: string): Promise<Result<boolean, Failure>> {
  const file = await pieces.find(`${baseOf(pieces.ovf)}.mf`);
  if (!file.ok) return file;
  if (file.value === undefined) return ok(false);
  const text = await textOf(file.value);
  if (!text.ok) return text;
  const lines = readManifest(text.value);
  if (!lines.ok) return refused(path, lines.error);
  const files = new Map([[pieces.ovf.name, pieces.ovf], ...named]);
  const stranger = [...lines.value.keys()].find((name) => !files.has(name));
  if (stranger !== undefined) return refused(path, `its manifest names ${JSON.stringify(stranger)}, which is no file of it`);
  for (const [name, { bytes, offset, size }] of files) {
    const line = lines.value.get(name);
    if (line === undefined) return refused(path, `its manifest does not name ${JSON.stringify(name)}`);
    const digest = await bytes.digest(offset, size, line.algorithm);
    if (!digest.ok) return digest;
    if (digest.value !== line.digest) return refused(path, `${JSON.stringify(name)} is not what its manifest says (${line.algorithm})`);
  }
  return ok(true);
}

async function checkDisk(disk: OvfDisk, { path, bytes, offset, size }: Piece): Promise<Result<ApplianceDisk, Failure | string>> {
  const name = JSON.stringify(disk.file);
  const block = await bytes.read(offset, Math.min(VMDK_HEADER, size));
  if (!block.ok) return block;
  const header = readVmdkHeader(block.value);
  if (!header.ok) return err(`the disk ${name} ${header.error}`);
  if (header.value.offset + header.value.size > size) return err(`the disk ${name} ends too early`);
  if (header.value.capacity > Math.ceil(disk.capacity / ROUNDED) * ROUNDED)
    return err(`the disk ${name} is larger than the appliance says`);
  const description = await bytes.read(offset + header.value.offset, header.value.size);
  if (!description.ok) return description;
  const why = refusedDescription(description.value);
  if (why !== undefined) return err(`the disk ${name} ${why}`);
  return ok({ id: disk.id, file: disk.file, path, offset, size, capacity: header.value.capacity });
}

async function textOf({ name, path, bytes, offset, size }: Piece): Promise<Result<string, Failure>> {
  if (size > TEXT) return refused(path, `${JSON.stringify(name)} is larger than 1 MiB`);
  const read = await bytes.read(offset, size);
  if (!read.ok) return read;
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(read.value));
  } catch {
    return refused(path, `${JSON.stringify(name)} is not UTF-8`);
  }
}

function baseOf(ovf: Piece): string {
  return ovf.name.replace(/\.ovf$/, '');
}
