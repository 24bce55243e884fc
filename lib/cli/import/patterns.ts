/** What `%` stands for in `text`, if it is of the pattern; undefined if it is not. A pattern without `%` stands for itself. */
export function stemOf(pattern: string, text: string): string | undefined {
  const at = pattern.indexOf('%');
  if (at < 0) return pattern === text ? '' : undefined;
  const [before, after] = [pattern.slice(0, at), pattern.slice(at + 1)];
  const fits = text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
  return fits ? text.slice(before.length, text.length - after.length) : undefined;
}

/** The pattern with the stem in place of its first `%`. */
export function withStem(pattern: string, stem: string): string {
  const at = pattern.indexOf('%');
  return at < 0 ? pattern : pattern.slice(0, at) + stem + pattern.slice(at + 1);
}

/** A target of an implicit rule: a pattern without a slash is held against the name alone, and the folder goes to the stem. */
export function implicitStem(pattern: string, target: string): { readonly folder: string; readonly stem: string } | undefined {
  const cut = target.lastIndexOf('/') + 1;
  const folder = pattern.includes('/') ? '' : target.slice(0, cut);
  const stem = stemOf(pattern, target.slice(folder.length));
  return stem === undefined || stem === '' ? undefined : { folder, stem };
}
