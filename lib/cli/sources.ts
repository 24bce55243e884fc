import { dirname, join } from 'node:path';
import type { Source, Sources } from '../config/sources.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Files } from '../model/io.ts';
import { cachedDocument } from './document-cache.ts';
import type { Extensions } from './extensions/load.ts';
import type { ReadSource } from './read-file.ts';
import type { ImportModule, Surroundings } from './surroundings.ts';

interface SourceFolders {
  /** Of the project. */
  readonly root: string;
  /** Of the package. */
  readonly home: string;
  /** Of the document cache. */
  readonly cache: string;
  readonly version: string;
}

interface Ways {
  readonly files: Files;
  readonly read: ReadSource;
  readonly importModule: ImportModule;
  readonly within: Surroundings['within'];
  /** Milliseconds that an extension may take until it is there. */
  readonly patience: number;
}

/**
 * The files of a project: the Sandboxfile and what it includes, recipes and profiles of the project first and then of the package, dotenv files. `report` hears of each that
 * is there and cannot be read.
 */
export function sourcesOf(
  main: { readonly file: string; readonly bytes: Uint8Array },
  folders: SourceFolders,
  { files, read, importModule, within, patience }: Ways,
  report: (diagnostic: Diagnostic) => void,
): Sources {
  const readIfThere = (file: string, shown: string): Uint8Array | undefined => {
    const bytes = read(file, shown);
    if (!('code' in bytes)) return bytes;
    if (bytes.code !== 'file-missing') report(bytes);
    return undefined;
  };
  const source = (file: string, bytes: Uint8Array): Source => {
    const cached = cachedDocument(folders.cache, folders.version, bytes);
    return cached === undefined ? { file, bytes } : { file, bytes, cached };
  };
  let extensions: Extensions | undefined;
  return {
    main: source(main.file, main.bytes),
    read(kind, name, folder) {
      const here = (path: string): Source | undefined => {
        const shown = join(dirname(main.file), path);
        const bytes = readIfThere(join(folders.root, path), shown);
        return bytes && (kind === 'dotenv' ? { file: shown, bytes } : source(shown, bytes));
      };
      if (kind === 'dotenv' || kind === 'include') return here(name);
      const path = `${kind}s/${name}.yaml`;
      if (folder !== undefined) return here(join(folder, path));
      const own = here(path);
      if (own) return own;
      const extended = kind === 'profile' ? extensions?.profiles.get(name) : undefined;
      if (extended) return extended;
      const bytes = readIfThere(join(folders.home, path), `sbx:${path}`);
      return bytes && source(`sbx:${path}`, bytes);
    },
    extension: async (place) => {
      const { Extensions } = await import('./extensions/load.ts');
      const shown = (path: string): string => join(dirname(main.file), path);
      extensions ??= new Extensions({ root: folders.root, shown, files, read, importModule, within: await within(), patience });
      return await extensions.load(place);
    },
    names: (kind) => {
      const found = [folders.root, folders.home].flatMap((folder) => yamlNamesIn(files, join(folder, `${kind}s`)));
      return [...new Set([...found, ...(kind === 'profile' ? (extensions?.profiles.keys() ?? []) : [])])].sort();
    },
  };
}

/** Names of the files NAME.yaml in a folder; none where there is no such folder. */
export function yamlNamesIn(files: Pick<Files, 'readdirSync'>, folder: string): string[] {
  try {
    return files
      .readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => name.slice(0, -'.yaml'.length));
  } catch {
    return [];
  }
}
