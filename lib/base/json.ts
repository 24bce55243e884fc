/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * JSON with the keys of every object in code-unit order and no white space, so that equal values have equal bytes
 * (the part of RFC 8785 that matters for strings, integers, lists and objects).
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const one of value as readonly Json[]) text += text === '' ? canonicalJson(one) : `,${canonicalJson(one)}`;
    return `[${text}]`;
  }
  const object = value as { readonly [key: string]: Json };
  const keys = Object.keys(object);
  if (keys.length === 0) return '{}';
  for (const key of keys.length === 1 ? keys : keys.sort())
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(object[key] ?? null)}`;
  return `{${text}}`;
}
