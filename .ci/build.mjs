// npm run build [-- --out DIR]: lib and tasks become CommonJS chunks in dist/chunks, behind the launcher dist/sbx.cjs.
// What several chunks use is a chunk of its own, so each module exists once; those that are loaded together lie in one file. Runtime packages are bundled, except zx.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, transform } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: { out: { type: 'string', default: join(ROOT, 'dist') }, root: { type: 'string', default: ROOT }, learn: { type: 'string' } },
});
const root = resolve(values.root);
const out = resolve(values.out);
const TARGET = 'node20.19';
const AGAIN = ['lib/cli/commands/run.ts', 'lib/view/grouped.ts'];
const RUN = [...AGAIN, 'lib/cli/run-anew.ts'];
const EXECUTE = [...RUN, 'lib/run/work.ts', 'node_modules/p-queue/dist/index.js'];
const REACH = [...EXECUTE, 'lib/ssh/ssh.ts', 'facade:ssh2', 'lib/sync/arrive.ts', 'lib/sync/workspace.ts', 'lib/sync/sync.ts'];
/** What is done often, and the modules that each is sure to need: chunks that the same of these need lie in one file. */
const DONE = {
  main: ['lib/cli/main.ts', 'lib/cli/help.ts', 'lib/cli/commands.ts'],
  again: AGAIN,
  list: ['lib/cli/commands/list.ts'],
  plan: ['lib/cli/commands/plan.ts'],
  run: RUN,
  execute: EXECUTE,
  reach: REACH,
};
const LEARNT = `version: 1
steps:
  first:
    task: shell
    run: cat a.txt > b.txt
    inputs: [a.txt]
    outputs: [b.txt]
  second:
    task: shell
    needs: [first]
    run: cat b.txt
    inputs: [b.txt]
    outputs: []
`;
const COMMANDS = [
  '--version',
  '--help',
  'run --help',
  'list',
  'plan',
  'run',
  'run',
  'status',
  'plan',
  'explain second',
  'graph',
  'validate',
  'run --json',
  'run --force',
];

/** `import('yaml')` has the names that Node gives a CommonJS package; esbuild alone would give its default export only. */
const facades = {
  name: 'facades',
  setup({ onResolve, onLoad, resolve: find }) {
    onResolve({ filter: /^[a-z@]/ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== 'dynamic-import' || pluginData === 'inner' || isBuiltin(path)) return undefined;
      const found = await find(path, { kind, resolveDir, pluginData: 'inner' });
      if (found.external || found.errors.length > 0 || (await isModule(path))) return found;
      return { path, namespace: 'facade', pluginData: resolveDir };
    });
    onLoad({ filter: /./, namespace: 'facade' }, async ({ path, pluginData }) => {
      const names = Object.keys(await import(path)).filter(
        (name) => name !== 'default' && name !== 'module.exports' && /^[A-Za-z_$][\w$]*$/.test(name),
      );
      const lines = names.map((name) => `export const ${name} = all.${name};`);
      return { contents: `const all = require('${path}');\nexport default all;\n${lines.join('\n')}\n`, resolveDir: pluginData };
    });
  },
};

/** What nobody asks ssh2 for: agents for HTTP, which make Node load http and https, a quarter of a bare start; and SFTP, a fifth of its code. */
const without = {
  name: 'without',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]ssh2[/\\]lib[/\\](http-agents|protocol[/\\]SFTP)\.js$/ }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Whether Node reads the package as ES modules: those have no module.exports to give as their default export. */
async function isModule(name) {
  try {
    return createRequire(join(root, 'package.json'))(name) !== (await import(name)).default;
  } catch {
    return true; // a package that cannot be required
  }
}

const { made, fileOf } = await bundle().catch((error) => {
  if (!error.errors) throw error;
  process.exit(1); // esbuild has said why
});
mkdirSync(dirname(out), { recursive: true });
const stage = mkdtempSync(join(dirname(out), `.${basename(out)}-`));
mkdirSync(join(stage, 'chunks'));
let size = 0;
const chunks = await Promise.all(made.map(compiled));
for (const file of new Set(fileOf.values()))
  size += writeChunk(
    together(
      file,
      chunks.filter(({ name }) => fileOf.get(name) === file),
    ),
  );
for (const chunk of chunks) if (!fileOf.has(chunk.name)) size += writeChunk(chunk);
await writePage();
await writeEntry();
copyFileSync(join(ROOT, '.ci/launcher.cjs'), join(stage, 'sbx.cjs'));
chmodSync(join(stage, 'sbx.cjs'), 0o755);
chmodSync(stage, 0o755);
const old = `${stage}-old`;
try {
  renameSync(out, old);
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}
renameSync(stage, out);
rmSync(old, { recursive: true, force: true });
learn();
console.log(`${relative(process.cwd(), out) || out}: ${made.length} chunks, ${Math.round(size / 1024)} KiB`);

async function bundle() {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'lib/cli/main.ts' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: TARGET,
    outdir: join(root, 'dist/chunks'),
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    charset: 'ascii',
    minifySyntax: true,
    sourcemap: 'inline',
    sourcesContent: false,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    external: ['zx', 'cpu-features', '*.node'],
    plugins: [facades, without],
    write: false,
    metafile: true,
    logLevel: 'warning',
  });
  for (const file of metafile ? Object.keys(metafile.inputs) : []) {
    if (/(^|\/)test\//.test(file)) throw new Error(`${file} is bundled: lib and tasks must not use tests`);
  }
  const made = outputFiles.map(({ path, text }) => ({ name: nameOf(path), text }));
  return { made, fileOf: filesOf(metafile.outputs) };
}

/** The file of each chunk that lies in one with others; what main needs, all need. */
function filesOf(outputs) {
  const importsOf = new Map(Object.entries(outputs).map(([path, { imports }]) => [nameOf(path), imports]));
  const isOf = (module, { entryPoint, inputs }) => entryPoint === module || inputs[module]?.bytesInOutput > 0;
  const holding = (module) => Object.keys(outputs).filter((path) => isOf(module, outputs[path]));
  const doers = new Map();
  for (const [done, modules] of Object.entries(DONE)) {
    for (const name of statically(modules.flatMap(holding).map(nameOf), importsOf)) doers.set(name, [...(doers.get(name) ?? []), done]);
  }
  return new Map([...doers].map(([name, [first, ...others]]) => [name, `${first === 'main' ? first : [first, ...others].join('-')}.cjs`]));
}

function nameOf(path) {
  return basename(path).replace(/\.js$/, '.cjs');
}

/** The chunks and all that they are sure to load. */
function statically(chunks, importsOf) {
  const all = new Set(chunks);
  for (const name of all) {
    for (const { kind, path, external } of importsOf.get(name) ?? []) if (kind === 'import-statement' && !external) all.add(nameOf(path));
  }
  return all;
}

/** As CommonJS: `import()` of a chunk is a require of it, which lets the launcher find each chunk and its code cache. */
async function compiled({ name, text }) {
  const named = text.replace(/(["'])\.\/([\w.-]+)\.js\1/g, (_, _quote, chunk) => `"./${placeOf(`${chunk}.cjs`)}"`);
  const { code, map } = await transform(named, {
    format: 'cjs',
    platform: 'node',
    target: TARGET,
    charset: 'ascii',
    supported: { 'dynamic-import': false },
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'external',
    sourcesContent: false,
    sourcefile: name,
    legalComments: 'none',
    banner: '(function (exports, require, module, __filename, __dirname) {',
    footer: '})',
  });
  return { name, source: code, map: JSON.parse(map) };
}

/** What a chunk is loaded by: its name, in its file if it lies in one with others. */
function placeOf(name) {
  const file = fileOf.get(name);
  return file === undefined ? name : `${file}/${name}`;
}

/** Several chunks as one file, an object of their functions by name: each file of its own costs two reads and a script. */
function together(name, parts) {
  let source = '({\n';
  const sections = [];
  for (const part of parts) {
    source += `"./${placeOf(part.name)}":\n`;
    sections.push({ offset: { line: source.split('\n').length - 1, column: 0 }, map: part.map });
    source += `${part.source.trimEnd()},\n`;
  }
  return { name, source: `${source}})\n`, map: { version: 3, sections } };
}

function writeChunk({ name, source, map }) {
  writeFileSync(join(stage, 'chunks', name), source);
  writeFileSync(join(stage, 'chunks', `${name}.map`), JSON.stringify(map));
  return source.length;
}

/** What is put into the pages that sbx writes: a style, and one script for the browser. */
async function writePage() {
  const from = join(root, 'lib/view/page');
  if (!existsSync(from)) return;
  const bundled = { bundle: true, charset: 'ascii', legalComments: 'none', logLevel: 'warning' };
  await build({ ...bundled, minifyWhitespace: true, entryPoints: [join(from, 'style/page.css')], outfile: join(stage, 'page/page.css') });
  await build({
    ...bundled,
    entryPoints: [join(from, 'program/main.js')],
    outfile: join(stage, 'page/page.js'),
    format: 'iife',
    platform: 'browser',
  });
}

/** What extensions import, and its types. */
async function writeEntry() {
  const entry = join(root, 'lib/index.ts');
  if (!existsSync(entry)) return;
  await build({ entryPoints: [entry], outfile: join(stage, 'index.js'), bundle: true, format: 'esm', target: TARGET, logLevel: 'warning' });
  const options = { rootDir: join(root, 'lib'), outDir: join(stage, 'types'), target: 'es2022', lib: 'es2023', module: 'nodenext' };
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const flags = ['--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--noCheck', '--rewriteRelativeImportExtensions'];
  const { status, stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), [...flags, ...words, entry], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the types of ${entry}: ${stdout}`);
}

/** Runs the commands once, so that V8's cache holds what they use from the first start on. What it costs is a second of the build. */
function learn() {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-build-'));
  try {
    const file = join(folder, 'Sandboxfile.yaml');
    writeFileSync(file, LEARNT);
    writeFileSync(join(folder, 'a.txt'), 'a\n');
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_CACHE_HOME: join(folder, 'cache'),
      XDG_STATE_HOME: join(folder, 'state'),
      SBX_CODE_CACHE: 'learn',
    };
    for (const line of values.learn === undefined ? COMMANDS : [values.learn])
      spawnSync(process.execPath, [join(out, 'sbx.cjs'), ...line.split(' ')], { cwd: folder, env, timeout: 60_000, stdio: 'ignore' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
