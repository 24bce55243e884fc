import { err, ok, type Result } from '../../base/result.ts';

export type Algorithm = 'sha1' | 'sha256' | 'sha512';

interface ManifestLine {
  readonly algorithm: Algorithm;
  /** Lower-case hexadecimal. */
  readonly digest: string;
}

const DIGITS: { readonly [algorithm in Algorithm]: number } = { sha1: 40, sha256: 64, sha512: 128 };

/** The digests of an .mf file, by the names of files. */
export function readManifest(text: string): Result<ReadonlyMap<string, ManifestLine>, string> {
  const lines = new Map<string, ManifestLine>();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [, kind = '', name = '', written = ''] = /^(SHA1|SHA256|SHA512) ?\((.+)\) ?= ?([0-9a-fA-F]+)\s*$/.exec(line) ?? [];
    const algorithm = kind.toLowerCase() as Algorithm;
    if (kind === '' || written.length !== DIGITS[algorithm]) return err(`its manifest has the line ${JSON.stringify(line.slice(0, 80))}`);
    if (lines.has(name)) return err(`its manifest has ${JSON.stringify(name)} twice`);
    lines.set(name, { algorithm, digest: written.toLowerCase() });
  }
  return ok(lines);
}
