// The build agent's tests are Python, as the agent is. Here they are run, all of them, and counted: one that is skipped, left out or not found is a failure.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { execute, REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { isOnPath, needing } from '../rig/needing.ts';

const AGENT = join(REPOSITORY, 'recipes/haskell-build/agent');
const TESTS = join(REPOSITORY, 'test/recipes/agent');
/** How many there are at least, so that none gets lost. */
const FLOOR = 47;

const files = readdirSync(TESTS).filter((name) => /^test_.*\.py$/.test(name));

/** Ports of the relay are a few and fixed: with a network of its own nobody else has them. */
const APART =
  process.getuid?.() === 0 && ['unshare', 'ip'].every(isOnPath)
    ? ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    : [];

function python(args: readonly string[], home: string): ReturnType<typeof execute> {
  const [program = '', ...words] = [...APART, 'python3', '-W', 'error', ...args];
  return execute(program, words, { cwd: TESTS, home, env: { PYTHONDONTWRITEBYTECODE: '1', TMPDIR: home } });
}

needing(
  'python3',
  'sshd',
  'ssh',
)('the tests of the agent, each of them', () =>
  withFolder(async (home) => {
    const ran = await Promise.all(
      files.map(async (name) => {
        const declared = readFileSync(join(TESTS, name), 'utf8').match(/^ {4}def test_/gm)?.length ?? 0;
        const { code, stderr } = await python(['-m', 'unittest', name], home);
        assert.is(code, 0, `${name}\n${stderr}`);
        assert.match(stderr, new RegExp(`\nRan ${declared} tests? in .*\n\nOK\n$`), name);
        return declared;
      }),
    );
    const sum = ran.reduce((all, one) => all + one, 0);
    assert.ok(sum >= FLOOR, `${sum} tests, there were ${FLOOR}`);
  }),
);

needing('python3')('it compiles without a warning, and needs nothing but the standard library', () =>
  withFolder(async (home) => {
    const program = `
import ast, pathlib, sys
own = {"build_agent"}
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    tree = ast.parse(path.read_text(), str(path), feature_version=(3, 10))
    compile(tree, str(path), "exec", dont_inherit=True)
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.split(".")[0] not in own | sys.stdlib_module_names:
                sys.exit(f"{path}: {name}")
    print(path.name)
`;
    const { code, stdout, stderr } = await python(['-c', program, AGENT], home);
    assert.is(code, 0, stderr);
    assert.match(stdout, /^__main__\.py\n[\s\S]*\btunnel\.py\n$/);
  }),
);

test('the template for its environment names every variable that it reads, and the guide of the agent, too', () => {
  const settings = readFileSync(join(AGENT, 'build_agent/settings.py'), 'utf8');
  const read = [...settings.matchAll(/value\("([A-Z_]+)", "([^"]*)"/g)].map(([, name = '', value = '']) => [name, value] as const);
  assert.ok(read.length >= 10);
  const template = readFileSync(join(REPOSITORY, 'recipes/haskell-build/files/build-agent.env.template'), 'utf8');
  assert.equal(
    [...template.matchAll(/^#?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => `${name}=${value}`).sort(),
    read.map(([name, value]) => `${name}=${value}`).sort(),
  );
  const page = readFileSync(join(REPOSITORY, 'docs/machines/agent.md'), 'utf8');
  for (const [name, value] of read) assert.ok(page.includes(`| \`${name}\` | ${value === '' ? '' : `\`${value}\``}`), name);
});

test.run();
