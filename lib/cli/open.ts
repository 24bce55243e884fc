import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { TASK, TASKS } from '../../tasks/index.ts';
import { parseDuration } from '../base/duration.ts';
import { load } from '../config/load.ts';
import { jsonOfDocument } from '../config/parsed.ts';
import { nonce, realFiles } from '../io/io.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Files } from '../model/io.ts';
import type { OpenDriver } from '../model/machine.ts';
import type { Project } from '../model/project.ts';
import type { Provenance } from '../model/provenance.ts';
import type { Task } from '../task.ts';
import { type Call, refuse } from './call.ts';
import { keepDocument } from './document-cache.ts';
import { foldersOf } from './folders.ts';
import { type ReadSource, readSandboxfile } from './read-file.ts';
import { findSandboxfile, searchFrom } from './search.ts';
import { sourcesOf } from './sources.ts';

/** A project that was read without an error. */
export interface Opened {
  readonly project: Project;
  /** The Sandboxfile as the user sees it. */
  readonly file: string;
  readonly warnings: readonly Diagnostic[];
  /** What its steps can be, and who can move its machines, those of its extensions included. */
  readonly tasks: ReadonlyMap<string, Task>;
  readonly drivers: ReadonlyMap<string, OpenDriver>;
  /** Where values come from, if that was asked. */
  readonly provenance?: readonly Provenance[];
}

interface Unopened {
  readonly file: string;
  /** What could be made of it, to look for more that is wrong. */
  readonly partial?: Project;
  /** What its steps can be, as far as that was found. */
  readonly tasks: ReadonlyMap<string, Task>;
  readonly diagnostics: readonly Diagnostic[];
}

export type Opening =
  | { readonly is: 'open'; readonly opened: Opened }
  | { readonly is: 'faulty'; readonly faulty: Unopened }
  | { readonly is: 'refused'; readonly code: 2 };

export interface OpenWish {
  /** Steps that the command names. */
  readonly named: readonly string[];
  /** Words after `--`. */
  readonly args?: readonly string[];
  /** Commands that write anyway keep what they parsed. */
  readonly keeps?: true;
  /** Everything is parsed anew, so that all has a place. */
  readonly parsed?: true;
  readonly provenance?: true;
  /** What the project is called, whatever its file says. */
  readonly name?: string;
  /** The flag that values of parameters come from, if not --set. */
  readonly setBy?: string;
  /** What files are looked at through, if not node:fs itself. */
  readonly files?: Files;
}

/** Finds, reads and checks the Sandboxfile. */
export async function open(call: Call, wish: OpenWish): Promise<Opening> {
  const { cwd } = call.surroundings;
  const files = wish.files ?? realFiles;
  const found = findSandboxfile(searchFrom(call), files);
  if (!found.ok) return { is: 'refused', code: refuse(call, found.error.message, found.error.hint) };
  const { file } = found.value;
  const shown = relative(cwd, file) || file;
  const bytes = readSandboxfile(file, shown, files);
  if ('code' in bytes) return { is: 'faulty', faulty: { file: shown, tasks: TASK, diagnostics: [bytes] } };
  const root = files.realpathSync(dirname(file));
  const read: ReadSource = (path, as) => readSandboxfile(path, as, files);
  const { checked, unread, folders } = await loadWith(call, wish, { root, file, shown, bytes, files, read });
  const { tasks, drivers } = checked.kinds;
  if (checked.value === undefined || unread.length > 0) {
    const { partial } = checked;
    const diagnostics = [...unread, ...checked.diagnostics];
    return { is: 'faulty', faulty: { file: shown, tasks, diagnostics, ...(partial === undefined ? {} : { partial }) } };
  }
  const { parsed, ...loaded } = checked.value;
  if (wish.keeps) {
    for (const { source, document } of parsed)
      keepDocument(folders.cache, folders.version, source.bytes, jsonOfDocument(document), nonce());
  }
  return { is: 'open', opened: { ...loaded, file: shown, tasks, drivers, warnings: checked.diagnostics } };
}

/** A Sandboxfile whose bytes are known, and how what it names is read. */
interface KnownFile {
  /** Of the project, absolute and real. */
  readonly root: string;
  readonly file: string;
  readonly shown: string;
  readonly bytes: Uint8Array;
  readonly files: Files;
  readonly read: ReadSource;
}

/** The project of a Sandboxfile as this invocation would have it. */
export async function loadWith({ surroundings, options }: Call, wish: OpenWish, { root, file, shown, bytes, files, read }: KnownFile) {
  const { environment, home, os, arch, cpus, importModule, within } = surroundings;
  const folders = { root, home, cache: foldersOf(environment, root).cache, version: surroundings.version() };
  const unread: Diagnostic[] = [];
  const { set, profiles, host, local } = options;
  const checked = await load(
    sourcesOf({ file: shown, bytes }, folders, { files, read, importModule, within, patience: patienceOf(environment) }, (diagnostic) =>
      unread.push(diagnostic),
    ),
    {
      ...{ root, file, set, profiles, local, environment, os, arch, cpus },
      ...(host === undefined ? {} : { host }),
      ...(wish.provenance ? { provenance: true } : {}),
      ...(wish.name === undefined ? {} : { name: wish.name }),
      ...(wish.setBy === undefined ? {} : { setBy: wish.setBy }),
      args: wish.args ?? [],
      named: wish.named,
    },
    TASKS,
    wish.parsed === undefined,
  );
  return { checked, unread, folders };
}

/** Milliseconds that an extension may take until it is there. */
const PATIENCE = 10_000;

function patienceOf(environment: ReadonlyMap<string, string>): number {
  return parseDuration(environment.get('SBX_EXTENSION_TIMEOUT') ?? '') ?? PATIENCE;
}

/** Opens for a command that needs the project: what is wrong is said on standard error. */
export async function openOrSay(call: Call, wish: OpenWish): Promise<Opened | number> {
  const opening = await open(call, wish);
  if (opening.is === 'refused') return opening.code;
  if (opening.is === 'faulty') return await sayFaulty(call, opening.faulty.diagnostics);
  if (opening.opened.warnings.length > 0) await sayFaulty(call, opening.opened.warnings);
  return opening.opened;
}

/** Shows diagnostics on standard error; gives the exit code for a faulty file. */
export async function sayFaulty(call: Call, diagnostics: readonly Diagnostic[]): Promise<2> {
  const { diagnosticsText } = await import('../view/diagnostic.ts');
  call.err.write(diagnosticsText(diagnostics, textsOf(call, diagnostics), await call.paint()));
  await annotate(call, diagnostics);
  return 2;
}

/** In GitHub Actions: what is wrong stands at its line of the change that is looked at. */
export async function annotate({ surroundings, err }: Call, diagnostics: readonly Diagnostic[]): Promise<void> {
  const { environment, cwd } = surroundings;
  if (environment.get('GITHUB_ACTIONS') !== 'true') return;
  const { diagnosticCommands } = await import('../view/github-command.ts');
  const repository = environment.get('GITHUB_WORKSPACE') ?? cwd;
  const nameOf = (file: string): string | undefined => {
    const name = relative(repository, resolve(cwd, file));
    return file.startsWith('sbx:') || name.startsWith('..') ? undefined : name;
  };
  err.write(diagnosticCommands(diagnostics, nameOf));
}

/** The texts of the files that diagnostics point into, by the names they are shown under. */
export function textsOf(call: Call, diagnostics: readonly Diagnostic[]): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const { span } of diagnostics) {
    if (span === undefined || texts.has(span.file)) continue;
    const path = span.file.startsWith('sbx:')
      ? resolve(call.surroundings.home, span.file.slice(4))
      : resolve(call.surroundings.cwd, span.file);
    try {
      texts.set(span.file, readFileSync(path, 'utf8').replace(/^\ufeff/, '')); // no column counts the mark of byte order
    } catch {
      // shown without a frame
    }
  }
  return texts;
}
