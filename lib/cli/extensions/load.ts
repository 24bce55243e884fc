import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { extendedTask } from '../../../tasks/extended.ts';
import { type Digest, digestOf } from '../../base/digest.ts';
import { formatDuration } from '../../base/duration.ts';
import { thrownText } from '../../base/thrown.ts';
import type { Extended, ExtensionPlace, Unusable } from '../../config/extended.ts';
import type { Source } from '../../config/sources.ts';
import type { Extension, ProfileDefinition } from '../../extension/definition.ts';
import { limitOf } from '../../io/limit.ts';
import { packageEntry } from '../../io/package-entry.ts';
import { readRegular } from '../../io/read-regular.ts';
import { errnoOf } from '../../io/trouble.ts';
import { guarded } from '../../machine/guarded.ts';
import type { Files } from '../../model/io.ts';
import type { ReadSource } from '../read-file.ts';
import type { ImportModule } from '../surroundings.ts';
import { wrongExtension } from './check.ts';
import type { Within } from './strays.ts';

// The only place where code of others comes into this process.

interface ExtensionWays {
  /** Of the project, absolute. */
  readonly root: string;
  /** A path below it as the user sees it. */
  readonly shown: (path: string) => string;
  readonly files: Files;
  readonly read: ReadSource;
  readonly importModule: ImportModule;
  readonly within: Within;
  /** Milliseconds that one may take until it is there. */
  readonly patience: number;
}

/** The module of an extension, read but not run. */
interface Module {
  /** Absolute. */
  readonly file: string;
  /** The same as the user would write it. */
  readonly path: string;
  readonly from: string;
  /** Of what counts for its steps. */
  readonly digest: Digest;
}

export class Extensions {
  readonly #ways: ExtensionWays;
  readonly #loaded = new Map<string, Promise<Extended | Unusable>>();
  readonly #profiles = new Map<string, Source>();

  constructor(ways: ExtensionWays) {
    this.#ways = ways;
  }

  /** Those of what was loaded until now. */
  get profiles(): ReadonlyMap<string, Source> {
    return this.#profiles;
  }

  async load(place: ExtensionPlace): Promise<Extended | Unusable> {
    const module = 'file' in place ? this.#file(place.file) : this.#package(place.package, place.folder);
    if ('code' in module) return module;
    const known = this.#loaded.get(module.file) ?? this.#bring(module);
    this.#loaded.set(module.file, known);
    return await known;
  }

  #file(path: string): Module | Unusable {
    const from = this.#ways.shown(path);
    const file = join(this.#ways.root, path);
    const bytes = this.#ways.read(file, from);
    if (!('code' in bytes)) return { file, path: from, from, digest: digestOf(bytes) };
    return { code: bytes.code === 'file-missing' ? 'extension-missing' : 'extension-faulty', message: bytes.message };
  }

  #package(name: string, folder: string): Module | Unusable {
    const { files, root } = this.#ways;
    const entry = packageEntry(name, join(root, folder), files);
    if (entry === undefined) {
      const hint = `npm install --save-dev ${name}; a file is written with ./ before it.`;
      return { code: 'extension-missing', message: `the package ${name} is not installed for this project`, hint };
    }
    if (typeof entry === 'string') return { code: 'extension-faulty', message: `${name}: ${entry}` };
    const { file, version } = entry;
    try {
      const digest = digestOf(`${version}\n${digestOf(readRegular(files, file))}`);
      return { file, path: file, from: version === '' ? name : `${name}@${version}`, digest };
    } catch (thrown) {
      return { code: 'extension-faulty', message: `${name}: ${file} cannot be read: ${errnoOf(thrown) ?? String(thrown)}` };
    }
  }

  async #bring(module: Module): Promise<Extended | Unusable> {
    const { importModule, within, patience } = this.#ways;
    const { from, digest } = module;
    const url = pathToFileURL(module.file);
    url.searchParams.set('sbx', digest.slice(0, 16)); // a watch gets what was edited
    using limit = limitOf(new AbortController().signal, patience);
    const late = new Promise<'late'>((resolve) => limit.deadline.addEventListener('abort', () => resolve('late')));
    try {
      const exported = await Promise.race([within(from, () => importModule(url.href)), late]);
      if (exported === 'late') {
        const message = `${from} is not loaded after ${formatDuration(patience).replace('.0s', 's')}: something that it waits for at its top level does not come`;
        return { code: 'extension-faulty', message, hint: 'Wait in `run` of a task. SBX_EXTENSION_TIMEOUT gives it more time.' };
      }
      // What it exports may be code of its own as well: getters, a proxy.
      const wrong = wrongExtension(exported as { readonly [key: string]: unknown });
      if (wrong === undefined) return this.#extended((exported as { readonly default: Extension }).default, module);
      const { message, hint } = wrong;
      return { code: 'extension-faulty', message: `${from}: ${message}`, ...(hint === undefined ? {} : { hint }) };
    } catch (thrown) {
      return thrownBy(thrown, module);
    }
  }

  #extended({ name, tasks = [], drivers = [], profiles = [] }: Extension, { from, digest }: Module): Extended {
    const within = <T>(work: () => Promise<T>): Promise<T> => this.#ways.within(name, work);
    for (const profile of profiles) if (!this.#profiles.has(profile.name)) this.#profiles.set(profile.name, sourceOf(profile, from));
    return {
      name,
      from,
      tasks: tasks.map((task) => extendedTask(task, { name, digest, within })),
      drivers: new Map(drivers.map((driver) => [driver.name, guarded(driver, within)])),
      profiles: profiles.map((profile) => profile.name),
    };
  }
}

/** As the file of a profile would be. */
function sourceOf({ name, sandbox }: ProfileDefinition, from: string): Source {
  const text = JSON.stringify({ version: 1, sandboxes: { [name]: sandbox } }, undefined, 2);
  return { file: `${from}:profiles/${name}`, bytes: Buffer.from(text) };
}

function thrownBy(thrown: unknown, { file, path, from }: Module): Unusable {
  const { message, name, stack = '' } = thrown instanceof Error ? thrown : { message: thrownText(thrown), name: 'Error' };
  if ((thrown as NodeJS.ErrnoException)?.code === 'ERR_MODULE_NOT_FOUND' && message.includes("'sandboxfile'")) {
    const hint = 'npm install --save-dev sandboxfile; or import nothing, and export the object with `api: 1` in it.';
    return { code: 'extension-missing', message: `${from} imports sandboxfile, which is not installed for it`, hint };
  }
  // A stack names a module by its address, in which a blank is %20.
  const { pathname } = pathToFileURL(file);
  const at = stack.includes(pathname)
    ? /^(?:\?[^:\s]*)?:(\d+)/.exec(stack.slice(stack.indexOf(pathname) + pathname.length))?.[1]
    : undefined;
  const where = at === undefined ? from : `${from}, line ${at}`;
  const hint = name === 'SyntaxError' ? { hint: `node --check ${path} shows where.` } : {};
  return { code: 'extension-faulty', message: `${where}: ${name === 'Error' ? '' : `${name}: `}${message.split('\n')[0]}`, ...hint };
}
