/** One JSON document for a program that asked by `--json`. `schema` and `version` come first; the version rises when a reader of the old form would go wrong. */
export function documentOf(schema: string, version: number, members: object): string {
  return `${JSON.stringify({ schema: `sbx-${schema}`, version, ...members }, null, 2)}\n`;
}
