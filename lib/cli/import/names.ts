/** A name of the Sandboxfile that is like `text`, and that `taken` does not have yet; it is added there. */
export function nameFor(text: string, taken: Set<string>): string {
  const like = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  const first = like === '' || like.startsWith('x-') ? `t-${like}`.replace(/-$/, '') : like;
  let name = first;
  for (let nth = 2; taken.has(name); nth++) name = `${first}-${nth}`;
  taken.add(name);
  return name;
}
