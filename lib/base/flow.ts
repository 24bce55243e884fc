import type { Json } from './json.ts';

/** A value as one would write it in a Sandboxfile, on one line. */
export function flow(value: Json, inner = false): string {
  if (Array.isArray(value)) return `[${value.map((item) => flow(item as Json, true)).join(', ')}]`;
  if (typeof value === 'string') return isPlain(value, inner) ? value : JSON.stringify(value);
  if (value === null || typeof value !== 'object') return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${flow(member as Json, true)}`)
    .join(', ')} }`;
}

/** Whether YAML reads the text without quotes as it is. */
function isPlain(text: string, inner: boolean): boolean {
  if (!/^[A-Za-z0-9_./~$-]/.test(text) || /: |\s#|^\s|\s$|^-\s|:$/.test(text) || text === '') return false;
  if (inner && /[[\]{},]/.test(text)) return false;
  return !/^(?:[-+]?\.?\d[\d._e+-]*|true|false|null|yes|no|on|off|y|n|~)$/i.test(text);
}
