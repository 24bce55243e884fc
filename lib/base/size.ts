const UNITS: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** Reads `20GiB`, `500MB`, `4096B` as bytes; undefined if it is none of these. */
export function parseSize(text: string): number | undefined {
  const part = /^(\d+(?:\.\d+)?)\s*([KMGT]i?B|B)$/.exec(text.trim());
  const unit = UNITS.get(part?.[2] ?? '');
  return part && unit !== undefined ? Math.round(Number(part[1]) * unit) : undefined;
}

/** Bytes as a person reads them, in powers of 1024: `812 B`, `1.4 KiB`, `20 GiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  const names = ['KiB', 'MiB', 'GiB', 'TiB'];
  while (value >= 1024 && unit < names.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${names[unit]}`;
}
