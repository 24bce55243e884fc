// node .ci/layers.mjs [ROOT]: what docs/architecture.md forbids and neither the types nor the linter see. Each message says which rule and why.
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, normalize, relative } from 'node:path';

const LAYERS = new Map([
  ['lib/base', 0],
  ['lib/model', 1],
  ['lib/schema', 2],
  ['lib/extension', 2],
  ['lib/task.ts', 2],
  ['lib/config', 3],
  ['lib/plan', 4],
  ['lib/io', 5],
  ['lib/ssh', 5],
  ['lib/sync', 5],
  ['lib/machine', 5],
  ['lib/packer', 5],
  ['lib/remote', 5],
  ['lib/hub', 5],
  ['lib/compose', 5],
  ['lib/run', 6],
  ['lib/view', 7],
  ['tasks', 7],
  ['lib/cli', 8],
  ['lib/index.ts', 9],
]);
/** Neighbours of one layer that may be used all the same. */
const NEIGHBOURS = new Set([
  'lib/task.ts > lib/schema',
  'lib/ssh > lib/io',
  'lib/sync > lib/io',
  'lib/machine > lib/io',
  'lib/packer > lib/io',
  'lib/remote > lib/io',
  'lib/hub > lib/io',
  'lib/compose > lib/io',
]);
const PURE = new Set(['lib/base', 'lib/model', 'lib/schema', 'lib/extension', 'lib/task.ts', 'lib/config', 'lib/plan']);
const PURE_BUILTINS = new Set(['node:path', 'node:path/posix', 'node:crypto', 'node:buffer', 'node:util']);
/** The file that imports a package, so that its next major version is a change of one file; yaml is read in one and written in another. */
const PACKAGES = new Map([
  ['yaml', ['lib/config/document.ts', 'lib/config/edit-yaml.ts']],
  ['ssh2', ['lib/ssh/ssh2.ts']],
  ['listr2', ['lib/view/listr.ts']],
  ['chalk', ['lib/view/paint.ts']],
  ['p-queue', ['lib/run/pools.ts']],
  ['zx', ['tasks/script.ts']],
]);
/** Runs in a browser: a script of its own, that nothing here imports and that knows nothing but itself. */
const PROGRAM = 'lib/view/page/program/';
const LINES = 250;
const BARRELS = new Set(['lib/index.ts', 'tasks/index.ts']);

export function check(root) {
  const files = new Map();
  for (const path of sources(root, ['lib', 'tasks'])) files.set(path, readSource(root, path));
  const messages = [];
  for (const [path, source] of files) messages.push(...checkFile(path, source, files));
  messages.push(...cycles(files));
  const others = new Map(sources(root, ['test', '.ci']).map((path) => [path, readSource(root, path)]));
  for (const [path, source] of others) if (path.endsWith('.test.ts')) messages.push(...checkTest(path, source));
  messages.push(...unusedExports(files, [...files, ...others]));
  return {
    messages,
    files: files.size,
    dynamic: [...files.values()].reduce(
      (sum, { imports }) => sum + imports.filter((one) => one.isDynamic && one.specifier.startsWith('.')).length,
      0,
    ),
  };
}

function sources(root, folders) {
  return folders.flatMap((folder) => {
    try {
      return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|mts|js|mjs)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
    } catch (error) {
      if (error.code === 'ENOENT') return [];
      throw error;
    }
  });
}

function readSource(root, path) {
  const text = readFileSync(join(root, path), 'utf8');
  const code = bare(text);
  const imports = [];
  const add = (found, isDynamic, isType) => imports.push({ specifier: found[1], line: lineOf(text, found.index), isDynamic, isType });
  const uncommented = bare(text, true);
  for (const found of uncommented.matchAll(/^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm))
    add(found, false, /^(import|export)\s+type\b/.test(found[0]));
  for (const found of uncommented.matchAll(/^import\s*['"]([^'"]+)['"]/gm)) add(found, false, false);
  for (const found of uncommented.matchAll(/(?:typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]\s*\)/g))
    add(found, true, found[0].startsWith('typeof'));
  for (const found of code.matchAll(/\bimport\((?!\s*['"])/g))
    imports.push({ specifier: '', line: lineOf(text, found.index), isDynamic: true, isType: false });
  return { text, code, imports };
}

/** The text with comments, and unless `withStrings` what is in quotes, blanked; offsets stay. A quote ends with its line at the latest, so a regular expression with a quote in it does little harm. */
function bare(text, withStrings = false) {
  let out = '';
  let inside = '';
  for (let at = 0; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    const one = text[at];
    if (inside === '') {
      if (two === '//' && text[at - 1] !== ':' && text[at - 1] !== '\\') inside = '//';
      else if (two === '/*') inside = '/*';
      else if (one === "'" || one === '"') inside = one;
      out += inside.startsWith('/') ? ' ' : one;
    } else if (inside === '//' || inside === '/*') {
      const ends = inside === '//' ? one === '\n' : text.slice(at - 1, at + 1) === '*/';
      out += one === '\n' ? one : ' ';
      if (ends) inside = '';
    } else {
      if (one === '\\' && text[at + 1] !== '\n') {
        out += withStrings ? two : '  ';
        at += 1;
        continue;
      }
      const ends = one === inside || one === '\n';
      out += withStrings || ends ? one : ' ';
      if (ends) inside = '';
    }
  }
  return out;
}

const lineOf = (text, offset) => text.slice(0, offset).split('\n').length;

function layerOf(path) {
  for (const [folder, layer] of LAYERS) if (path === folder || path.startsWith(`${folder}/`)) return { folder, layer };
  return undefined;
}

function checkFile(path, { text, code, imports }, files) {
  const messages = [];
  const say = (line, rule, why) => messages.push(`${path}:${line} ${rule}: ${why}`);
  const own = layerOf(path);
  if (!own) {
    say(1, 'no-layer', 'no layer knows this folder; the map is in .ci/layers.mjs and docs/architecture.md');
    return messages;
  }
  const lines = text.split('\n').length - 1;
  if (lines > LINES) say(lines, 'too-long', `${lines} lines; none has more than ${LINES}: one concept a file`);
  if (path.startsWith(PROGRAM)) {
    for (const { specifier, line } of imports)
      if (!/^\.\/\w+\.js$/.test(specifier)) say(line, 'browser', `the program of the page imports its own files only, not ${specifier}`);
    return messages;
  }
  for (const one of imports) checkImport(path, own, one, files, say);
  each(code, /\bimport\.meta\b/g, (line) =>
    say(line, 'import-meta', 'code is bundled as CommonJS chunks; paths of the package come in as arguments'),
  );
  each(code, /^(?:(?:export )?(?:const|let|var) [^=\n]+= )?await\b/gm, (line) =>
    say(line, 'top-level-await', 'a CommonJS chunk cannot wait while it is loaded'),
  );
  each(code, /^(?:export )?(?:let|var) /gm, (line) =>
    say(line, 'module-state', 'what changes lives in a value that is passed, not in a module'),
  );
  each(code, /\bAbortSignal\.timeout\b/g, (line) =>
    say(line, 'timeout', 'a collection of garbage may take its clock away: use limitOf of lib/io/limit.ts'),
  );
  each(code, /^export default\b/gm, (line) => say(line, 'default-export', 'named exports only: one name everywhere'));
  if (!BARRELS.has(path)) each(code, /^export \* /gm, (line) => say(line, 'barrel', 'no barrels but lib/index.ts and tasks/index.ts'));
  if (own.folder !== 'lib/cli' && !path.startsWith('lib/io/process')) {
    each(code, /(?<![\w.$'-])process\.(?!\.)|globalThis\.process\b/g, (line) =>
      say(line, 'process', 'only lib/cli and lib/io/process* touch process.*; others get arguments (Io)'),
    );
  }
  return messages;
}

function each(code, pattern, use) {
  for (const found of code.matchAll(pattern)) use(lineOf(code, found.index));
}

function checkImport(path, own, { specifier, line, isType }, files, say) {
  if (specifier === '') return say(line, 'computed-import', 'the bundler and this check must see what is imported: write the name');
  if (specifier.startsWith('.')) {
    const target = normalize(join(dirname(path), specifier));
    const its = layerOf(target);
    if (!specifier.endsWith('.ts')) return say(line, 'specifier', `write the .ts of ${specifier}`);
    if (!its) return say(line, 'outside', `${specifier} lies outside of lib and tasks`);
    if (!files.has(target)) return say(line, 'missing', `${target} is not there`);
    const pair = `${own.folder} > ${its.folder}`;
    if (its.layer > own.layer)
      say(
        line,
        'layer',
        `${own.folder} (layer ${own.layer}) must not know ${its.folder} (layer ${its.layer}): imports go down only, types too`,
      );
    else if (its.layer === own.layer && its.folder !== own.folder && !NEIGHBOURS.has(pair)) {
      say(line, 'layer', `${own.folder} and ${its.folder} stand side by side (layer ${own.layer}): neither knows the other`);
    } else if (own.folder === 'lib/view' && (its.layer === 5 || its.layer === 6)) {
      say(line, 'layer', `views fold events and know nothing of ${its.folder}`);
    }
    return undefined;
  }
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) say(line, 'builtin', `write node:${specifier}`);
    else if (PURE.has(own.folder) && !isType && !PURE_BUILTINS.has(specifier))
      say(line, 'pure', `${own.folder} is pure: effects come in as arguments, not from ${specifier}`);
    if (specifier === 'node:process' && own.folder !== 'lib/cli' && !path.startsWith('lib/io/process'))
      say(line, 'process', 'only lib/cli and lib/io/process* touch process');
    return undefined;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const homes = PACKAGES.get(name);
  if (homes === undefined) say(line, 'package', `${name} is no runtime package of sbx: a new one needs a decision in docs/decisions`);
  else if (!homes.includes(path))
    say(line, 'package', `${name} is imported in ${homes.join(' and ')} alone, so that its next major version changes one file`);
  return undefined;
}

/** Each cycle once, with its whole path. */
function cycles(files) {
  const messages = [];
  const state = new Map();
  const visit = (path, trail) => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      messages.push(
        `${path}:1 cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' > ')}: a file must be readable without its users`,
      );
      return;
    }
    state.set(path, 'open');
    for (const { specifier } of files.get(path)?.imports ?? []) {
      const target = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : '';
      if (files.has(target)) visit(target, [...trail, path]);
    }
    state.set(path, 'done');
  };
  for (const path of files.keys()) visit(path, []);
  return messages;
}

/** Names that no file speaks of that imports theirs. What .ci imports was emitted: `../.build/tasks/index.js`. */
function unusedExports(files, readers) {
  const texts = new Map([...files.keys()].map((path) => [path, []]));
  for (const [path, { text, imports }] of readers) {
    for (const { specifier } of imports.filter((one) => one.specifier.startsWith('.'))) {
      const target = normalize(join(dirname(path), specifier));
      texts.get(target.replace(/^\.build\/(.*)\.js$/, '$1.ts'))?.push(text);
    }
  }
  const messages = [];
  for (const [path, { code }] of files) {
    if (BARRELS.has(path) || path.startsWith(PROGRAM)) continue;
    for (const found of code.matchAll(/^export (?:async )?(?:function\*?|const|interface|type|class) (\w+)/gm)) {
      const word = new RegExp(`\\b${found[1]}\\b`);
      if (texts.get(path).some((text) => word.test(text))) continue;
      messages.push(
        `${path}:${lineOf(code, found.index)} unused-export: ${found[1]} is imported nowhere: what others need not know stays here`,
      );
    }
  }
  return messages;
}

function checkTest(path, { text, code, imports }) {
  const messages = [];
  for (const one of imports.filter(({ specifier }) => specifier === 'uvu')) {
    const line = text.split('\n')[one.line - 1] ?? '';
    if (!line.startsWith("import { test } from 'uvu'"))
      messages.push(`${path}:${one.line} uvu: import { test } only; suites are not watched`);
  }
  each(code, /^test\.(?:before|after|only|skip)\b/gm, (line) =>
    messages.push(`${path}:${line} uvu: no hooks, only or skip; withFolder, needing() and leftOut() stand in`),
  );
  if (!/^test\.run\(\);$/m.test(text)) messages.push(`${path}:1 uvu: test.run() is missing`);
  return messages;
}

if (process.argv[1]?.endsWith('layers.mjs')) {
  const { messages, files, dynamic } = check(process.argv[2] ?? '.');
  for (const message of messages) console.error(message);
  console.log(
    messages.length === 0
      ? `layers: ${files} files, ${dynamic} of their imports dynamic, none against the rules`
      : `layers: ${messages.length} against the rules`,
  );
  process.exitCode = messages.length === 0 ? 0 : 1;
}
