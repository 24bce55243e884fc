import type { Read, Recognised } from './recognised.ts';

const LOCKS = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
] as const;
/** Scripts that become steps. Those beside `build` make nothing but a verdict. */
const SCRIPTS = ['build', 'lint', 'typecheck', 'test'] as const;

export function npmFile(_: string, names: readonly string[], read: Read): Recognised {
  const lock = LOCKS.find(([name]) => names.includes(name));
  const tool = lock?.[1] ?? 'npm';
  const described = parse(read('package.json'));
  const scripts = SCRIPTS.filter((name) => typeof member(described, 'scripts', name) === 'string' && !isPlaceholder(described, name));
  const folder = outputFolder(described);
  const texts = scripts.map((name) => {
    const needs = name === 'test' && scripts.includes('build') ? '    needs: [build]\n' : '';
    const outputs = name !== 'build' ? '    outputs: []\n' : folder === undefined ? '' : `    outputs: [${folder}]\n`;
    return `  ${name}:\n${needs}    run: ${tool} run ${name}\n    tools: [node]\n${outputs}`;
  });
  const first = scripts[0] ?? 'install';
  if (texts.length === 0) texts.push(`  install:\n    run: ${tool} install\n    tools: [node]\n`);
  const why = [lock ? `${lock[0]} says that ${tool} installs its packages.` : 'npm installs its packages.'];
  if (scripts.length > 0) why.push(`Its scripts ${scripts.join(', ')} became steps; install the packages before.`);
  else why.push('It has no script build, lint, typecheck or test.');
  if (scripts.includes('build')) {
    why.push(
      folder
        ? `package.json points into ${folder}, so that is the output of build.`
        : 'What build makes is not known, so it runs every time: add outputs.',
    );
  }
  return { text: `version: 1\ndefault: [${first}]\nsteps:\n${texts.join('')}`, why };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function member(value: unknown, ...path: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as { readonly [key: string]: unknown })[name];
  }
  return at;
}

/** What `npm init` writes as a test. */
function isPlaceholder(described: unknown, name: string): boolean {
  return name === 'test' && String(member(described, 'scripts', 'test')).includes('no test specified');
}

/** The folder that main, module or types points into, if it is one that is built. */
function outputFolder(described: unknown): string | undefined {
  for (const field of ['main', 'module', 'types', 'bin']) {
    const path = member(described, field);
    const folder = typeof path === 'string' ? /^(?:\.\/)?(dist|build|lib|out)\//.exec(path)?.[1] : undefined;
    // Sources often lie in lib.
    if (folder !== undefined && folder !== 'lib') return folder;
  }
  return undefined;
}
