// Modules of the tests for scripts that run before anything is compiled.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the TypeScript module at `path` exports; it must not ask where it lies. */
export function load(path) {
  const options = { bundle: true, format: 'esm', platform: 'node', target: 'node20', write: false };
  const { outputFiles } = buildSync({ ...options, entryPoints: [join(ROOT, path)] });
  return import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
}
