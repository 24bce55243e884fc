/**
 * What is believed of the places of a project: `.sbx/places`, and the receipt of each in `.sbx/receipts/`. A damaged file is forgotten, and so is all of it
 * in a project that was copied or moved: as another checkout it has workspaces of its own.
 */
import type { Json } from '../base/json.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile, type Writing } from '../io/replace.ts';
import type { PlaceSeen } from '../model/look.ts';
import type { SandboxName } from '../model/project.ts';
import type { Receipt } from '../model/receipt.ts';
import { seal, unseal } from './sealed.ts';
import { treeFromJson, treeToJson } from './tree-text.ts';

export interface Places {
  place(sandbox: SandboxName): PlaceSeen | undefined;
  /** Throws what writing threw. */
  setPlace(sandbox: SandboxName, seen: PlaceSeen | undefined): void;
  receipt(sandbox: SandboxName): Receipt | undefined;
  /** On the disk when it returns. Throws what writing threw. */
  setReceipt(sandbox: SandboxName, receipt: Receipt | undefined): void;
}

export function openPlaces(io: Writing, folder: string): Places {
  const { files } = io;
  let places: Map<SandboxName, PlaceSeen> | undefined;
  const receipts = new Map<SandboxName, Receipt | undefined>();

  const read = (path: string): unknown => {
    try {
      const text = unseal(readRegular(files, path).toString('utf8'));
      const told = (text === undefined ? {} : JSON.parse(text)) as { readonly folder?: string; readonly believed?: unknown };
      return told.folder === folder ? told.believed : undefined;
    } catch {
      return undefined; // nothing there, or nothing that can be believed
    }
  };
  const all = (): Map<SandboxName, PlaceSeen> => {
    places ??= new Map(Object.entries((read(`${folder}/places`) ?? {}) as { readonly [name: string]: PlaceSeen }));
    return places;
  };
  const write = (path: string, believed: unknown, sync: boolean): void => {
    makeFolder(files, path.slice(0, path.lastIndexOf('/')));
    replaceFile(io, path, seal(JSON.stringify({ folder, believed })), { sync });
  };

  return {
    place: (sandbox) => all().get(sandbox),
    setPlace(sandbox, seen) {
      if (seen) all().set(sandbox, seen);
      else all().delete(sandbox);
      write(`${folder}/places`, Object.fromEntries(all()), false);
    },
    receipt(sandbox) {
      if (!receipts.has(sandbox)) receipts.set(sandbox, receiptFromJson(read(`${folder}/receipts/${sandbox}`)));
      return receipts.get(sandbox);
    },
    setReceipt(sandbox, receipt) {
      receipts.set(sandbox, receipt);
      const path = `${folder}/receipts/${sandbox}`;
      if (receipt) write(path, { ...receipt, tree: treeToJson(receipt.tree) }, true);
      else files.rmSync(path, { force: true });
    },
  };
}

function receiptFromJson(json: unknown): Receipt | undefined {
  const { id, workspace, tree: rows } = (json ?? {}) as { readonly [field: string]: Json };
  const tree = treeFromJson(rows, true);
  return tree && typeof id === 'string' && typeof workspace === 'string' ? { id, workspace, tree } : undefined;
}
