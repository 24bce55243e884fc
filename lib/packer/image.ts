import { posix } from 'node:path';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { hashSlowly } from '../io/hash-slowly.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { type Tree, type TreeEntry, treeOf } from '../model/tree.ts';
import { type Artifact, gather } from './artifact.ts';
import { type Login, writeGiven } from './given.ts';
import { build, declaredIn, fetchPlugins, type Packer, unknownVariable, validate, versionOf } from './packer.ts';
import { templateOf } from './template.ts';

// An image from a template, from nothing to files with digests. Knows no steps, and not how Packer is started.

export interface Order {
  readonly packer: Packer;
  readonly files: Files;
  /** Where Packer runs, and the project that this is in; absolute. */
  readonly cwd: string;
  readonly root: string;
  /** A folder of this build alone, absolute and not there yet. Its owner removes it. */
  readonly stage: string;
  readonly template: string;
  readonly only: readonly string[];
  readonly values: { readonly [variable: string]: Json };
  /** Names of variables that are given by the environment. */
  readonly named: readonly string[];
  readonly varFiles: readonly string[];
  readonly force: boolean;
  /** Which file is the image, where there are several. */
  readonly image: string | undefined;
  readonly login: () => Login;
  readonly signal: AbortSignal;
  readonly show: (text: string) => void;
}

interface Built {
  /** The folder in the stage that all of it lies in, absolute. */
  readonly folder: string;
  readonly tree: Tree;
  /** The image, by its path below the folder. */
  readonly image: string;
}

/** Rejects when aborted. */
export async function buildImage(order: Order): Promise<Result<Built, Failure>> {
  const { packer, files, cwd, stage, show } = order;
  const version = await versionOf(packer);
  if (!version.ok) return version;
  const template = templateOf(files, cwd, order.template, version.value);
  if (!template.ok) return template;
  const plugins = await fetchPlugins(packer, version.value, template.value, show);
  if (!plugins.ok) return plugins;
  const declared = await declaredIn(packer, template.value);
  if (!declared.ok) return declared;
  const unknown = unknownVariable([...Object.keys(order.values), ...order.named], declared.value);
  if (unknown !== undefined) return err(unknown);
  const own = posix.join(stage, 'given');
  const output = posix.join(stage, 'output');
  try {
    const variables = writeGiven({ ...order, folder: own, declared: declared.value, output });
    const varFiles = [...template.value.varFiles, ...order.varFiles.map((file) => `./${posix.normalize(file)}`), variables];
    const building = { template: template.value, only: order.only, varFiles, force: order.force };
    const valid = await validate(packer, building, show);
    if (!valid.ok) return valid;
    const built = await build(packer, building, show);
    if (!built.ok) return built;
    const artifact = gather(files, { cwd, root: order.root, stage: output, before: variables }, built.value, order.image);
    return artifact.ok ? await known(order, artifact.value) : artifact;
  } finally {
    files.rmSync(own, { recursive: true, force: true });
  }
}

async function known({ files, signal }: Order, { folder, paths, image }: Artifact): Promise<Result<Built, Failure>> {
  const entries: TreeEntry[] = [];
  for (const path of paths) {
    const hashed = await hashSlowly(files, posix.join(folder, path), signal);
    if (!hashed.ok) return hashed;
    const { digest, seen } = hashed.value;
    entries.push({ kind: 'file', path, digest, size: seen.size, executable: (seen.mode & 0o100) !== 0 });
  }
  return ok({ folder, tree: treeOf(entries), image });
}
