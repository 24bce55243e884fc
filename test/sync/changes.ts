// Two trees of which every kind of entry became another one, and what a build left beside them.

export const BEFORE = {
  same: 's',
  'src/x': 'a',
  'src/y': 'a',
  'only a/f': 'a',
  p: 'file',
  'q/r': 'folder',
  run: 'x:r',
  l: '-> same',
  'd1/d2/d3': 'deep',
};

export const AFTER = {
  same: 's',
  'src/x': 'b',
  'src/y': 'x:a',
  'only b/g': 'b',
  'p/in': 'folder',
  q: 'file',
  run: 'r',
  l: '-> src',
  'new\nline': 'n',
};

/** What the project has nothing of. */
export const PRODUCTS = { 'dist/p': 'product', 'q2/kept': 'not ours' };

/** Takes away all that these name. */
export function clear(files: Readonly<Record<string, string>>): Record<string, null> {
  return Object.fromEntries(Object.keys(files).map((path) => [path.split('/')[0], null]));
}
