/** Whether a template, by its name, is one file; else it is a folder of such. */
export function isTemplateFile(path: string): boolean {
  return /\.pkr\.(?:hcl|json)$/.test(path);
}
