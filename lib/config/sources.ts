import type { Json } from '../base/json.ts';
import type { Extended, ExtensionPlace, Unusable } from './extended.ts';
import { type Document, documentOfJson } from './parsed.ts';
import type { Report } from './report.ts';

/** The bytes of a file. */
export interface Source {
  /** As it should be shown to the user. */
  readonly file: string;
  readonly bytes: Uint8Array;
  /** What `jsonOfDocument` made of exactly these bytes earlier. */
  readonly cached?: Json;
}

/** Where files come from. Reading is left to the caller: lib/config touches no disk. */
export interface Sources {
  /** The Sandboxfile. */
  readonly main: Source;
  /**
   * recipes/NAME.yaml or profiles/NAME.yaml: those below `folder` alone, if one is given, else of the project first and then of the package. A dotenv
   * file or an included file by its path below the root.
   */
  read(kind: 'recipe' | 'profile' | 'dotenv' | 'include', name: string, folder?: string): Source | undefined;
  /** Loads an extension, which runs its code. Its profiles are among those that `read` knows from then on. Absent: none is loaded here. */
  readonly extension?: (place: ExtensionPlace) => Promise<Extended | Unusable>;
  /** Names that `read` knows, for suggestions. */
  names(kind: 'recipe' | 'profile'): readonly string[];
}

/** A file that was parsed and not taken from the cache. */
export interface ParsedSource {
  readonly source: Source;
  readonly document: Document;
}

/** Opens each file once. */
export interface Library {
  open(source: Source): Promise<Document | undefined>;
  readonly parsed: ParsedSource[];
  /** Whether a document came from the cache, so that spans are missing. */
  readonly usedCache: () => boolean;
}

export function newLibrary(report: Report, mayUseCache: boolean): Library {
  const documents = new Map<string, Document | undefined>();
  const parsed: ParsedSource[] = [];
  let used = false;
  const read = async (source: Source): Promise<Document | undefined> => {
    if (mayUseCache && source.cached !== undefined) {
      used = true;
      return documentOfJson(source.file, source.cached);
    }
    const { parseDocument } = await import('./document.ts');
    const { value, diagnostics } = parseDocument(source.file, source.bytes);
    report.diagnostics.push(...diagnostics);
    if (value !== undefined && diagnostics.length === 0) parsed.push({ source, document: value });
    return value;
  };
  return {
    parsed,
    usedCache: () => used,
    async open(source) {
      if (!documents.has(source.file)) documents.set(source.file, await read(source));
      return documents.get(source.file);
    },
  };
}
