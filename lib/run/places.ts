/**
 * What is believed of the places of a project: `.sbx/places`, and the receipt of each in `.sbx/receipts/`. A damaged file is forgotten, and so is all of it
 * in a project that was copied or moved: as another checkout it has workspaces of its own. What was seen of a sandbox is believed only where that name
 * means the same place: `--host` or an edit of the Sandboxfile may have it mean another one.
 */
import type { Json } from '../base/json.ts';
import { readRegular } from '../io/read-regular.ts';
import { makeFolder, replaceFile, type Writing } from '../io/replace.ts';
import type { PlaceSeen } from '../model/look.ts';
import type { Project, SandboxName, SandboxSpec } from '../model/project.ts';
import type { Receipt } from '../model/receipt.ts';
import { treeOf } from '../model/tree.ts';
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

/** Which place the name of a sandbox means: equal texts, equal places. `host`: of one that is one of several hosts, which one was seen. */
export type Where = (sandbox: SandboxName, host?: string) => string;

export function whereIn({ sandboxes }: Pick<Project, 'sandboxes'>): Where {
  const partsOf = (name: SandboxName, seen?: string): Json => {
    const spec = sandboxes.get(name);
    if (spec === undefined) return [];
    const { kind, host = '', user = '', workspace = '', machine } = spec;
    const held = machine === undefined ? [] : [machine.driver, machine.name ?? '', partsOf(machine.hypervisor)];
    return [kind, seen !== undefined && mayBe(spec, seen) ? seen : host, user, workspace, ...held];
  };
  return (name, seen) => JSON.stringify(partsOf(name, seen));
}

function mayBe({ hosts, only }: SandboxSpec, host: string): boolean {
  if (only !== undefined) return host === only;
  return hosts === 'bridge' || hosts?.includes(host) === true;
}

/** For what asks of no place, and knows no Sandboxfile. */
export const NOWHERE: Where = () => '';

type PlaceAt = readonly [where: string, seen: PlaceSeen];

export function openPlaces(io: Writing, folder: string, where: Where): Places {
  const { files } = io;
  let places: Map<SandboxName, PlaceAt> | undefined;
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
  const all = (): Map<SandboxName, PlaceAt> => {
    places ??= new Map(Object.entries((read(`${folder}/places`) ?? {}) as { readonly [name: string]: PlaceAt }));
    return places;
  };
  const write = (path: string, believed: unknown, sync: boolean): void => {
    makeFolder(files, path.slice(0, path.lastIndexOf('/')));
    replaceFile(io, path, seal(JSON.stringify({ folder, believed })), { sync });
  };

  return {
    place(sandbox) {
      const [at, seen] = all().get(sandbox) ?? [];
      return at === where(sandbox, seen?.host) ? seen : undefined;
    },
    setPlace(sandbox, seen) {
      if (seen) all().set(sandbox, [where(sandbox, seen.host), seen]);
      else all().delete(sandbox);
      write(`${folder}/places`, Object.fromEntries(all()), false);
    },
    receipt(sandbox) {
      if (!receipts.has(sandbox)) receipts.set(sandbox, receiptFromJson(read(`${folder}/receipts/${sandbox}`), where(sandbox)));
      return receipts.get(sandbox);
    },
    setReceipt(sandbox, receipt) {
      receipts.set(sandbox, receipt);
      const path = `${folder}/receipts/${sandbox}`;
      if (receipt) write(path, { where: where(sandbox), ...receipt, tree: treeToJson(receipt.tree), ...keptToJson(receipt) }, true);
      else files.rmSync(path, { force: true });
    },
  };
}

function keptToJson({ kept }: Receipt): { readonly kept?: Json } {
  return kept ? { kept: treeToJson(treeOf(kept)) } : {};
}

function receiptFromJson(json: unknown, where: string): Receipt | undefined {
  const { where: at, id, workspace, tree: rows, kept: keptRows } = (json ?? {}) as { readonly [field: string]: Json };
  if (at !== where) return undefined;
  const tree = treeFromJson(rows, true);
  if (!tree || typeof id !== 'string' || typeof workspace !== 'string') return undefined;
  const kept = treeFromJson(keptRows, true)?.entries;
  return { id, workspace, tree, ...(kept ? { kept } : {}) };
}
