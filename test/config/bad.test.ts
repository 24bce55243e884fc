import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSandboxfile } from '../../lib/cli/read-file.ts';
import { realFiles } from '../../lib/io/io.ts';
import { DIAGNOSTIC_MEANINGS } from '../../lib/model/diagnostic-meanings.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { invoke, type Said } from './in-process.ts';

// bad/NAME.yaml, or the folder bad/NAME, is what somebody wrote; bad/NAME.txt what sbx says to it, all at once. A first line `# sbx ARGS` is the command.

const BAD = join(REPOSITORY, 'test/config/bad');
/**
 * Processor time of one invocation, ms. On a machine with nothing else to do none takes a second; among other tests each may take several times that,
 * while what grows with the square of a file takes minutes.
 */
const MOST = 5000;

const seen = new Set<string>();

function noteCodes(text: string): void {
  for (const [, code = ''] of text.matchAll(/^(?:error|warning)\[([a-z0-9-]+)\]/gm)) seen.add(code);
}

const cases = readdirSync(BAD, { withFileTypes: true }).filter((entry) => !entry.name.endsWith('.txt'));
for (const entry of cases) {
  const name = entry.name.replace(/\.yaml$/, '');
  test(`bad/${name}`, () =>
    withFolder(async (home) => {
      const [cwd, file] = entry.isDirectory() ? [join(BAD, name), 'Sandboxfile.yaml'] : [BAD, entry.name];
      const [, line = 'validate'] = /^# sbx (.*)\n/.exec(readFileSync(join(cwd, file), 'utf8')) ?? [];
      const said = await invoke([...line.split(' '), '-f', file], cwd, home);
      assert.fixture(said.text, readFileSync(join(BAD, `${name}.txt`), 'utf8'));
      assert.is(said.code, 2);
      assert.ok(said.cpu < MOST, `${said.cpu} ms`);
      noteCodes(said.text);
    }));
}

/** What `sbx validate` says to bytes that no editor should have to show. */
function judged(bytes: string | Uint8Array): Promise<Said> {
  return withFolder(async (folder) => {
    writeFileSync(join(folder, 'Sandboxfile.yaml'), bytes);
    const said = await invoke(['validate'], folder, folder);
    assert.ok(said.cpu < MOST, `${said.cpu} ms`);
    assert.ok(said.text.length < 200_000, `${said.text.length} characters`);
    noteCodes(said.text);
    return said;
  });
}

async function refuses(bytes: string | Uint8Array, ...expected: readonly string[]): Promise<void> {
  const { code, text } = await judged(bytes);
  assert.is(code, 2);
  for (const line of expected) assert.ok(text.includes(line), `${JSON.stringify(line)} is not in\n${text.slice(0, 2000)}`);
}

const STEPS = 'version: 1\nsteps:\n';

test('2 MiB are not read', () =>
  refuses(`${STEPS}#${'x'.repeat(2 << 20)}\n`, 'error[file-too-large]: Sandboxfile.yaml is larger than 1 MiB'));

test('collections a thousand deep, in brackets, in braces and by indentation', async () => {
  await refuses(
    `${STEPS}  a: ${'['.repeat(1000)}${']'.repeat(1000)}\n`,
    'error[file-too-deep]: nested deeper than 64',
    'Sandboxfile.yaml:3:',
  );
  await refuses(`${STEPS}  a: ${'{ b: '.repeat(1000)}${'}'.repeat(1000)}\n`, 'error[file-too-deep]');
  const lines = Array.from({ length: 1000 }, (_, i) => `${' '.repeat(i)}a:\n`);
  await refuses(lines.join(''), 'error[file-too-deep]');
  await refuses(`x-a:\n  ${'- '.repeat(1000)}\n`, 'error[file-too-deep]');
});

test('a file full of parts', () =>
  refuses(`version: 1\nx-a: [${'1,'.repeat(400_000)}]\n`, 'error[file-too-large]: the file has too many parts'));

test('aliases that multiply', async () => {
  const levels = Array.from({ length: 12 }, (_, i) => `x-${i}: &a${i} [${i === 0 ? 'lol' : Array(10).fill(`*a${i - 1}`)}]`);
  await refuses(
    `version: 1\n${levels.join('\n')}\n`,
    'error[yaml-alias]: aliases make more than 100000 values of this file',
    'Sandboxfile.yaml:7:',
  );
});

test('tens of thousands of faults are cut short', async () => {
  await refuses(`version: 1\n${'a: 1\n'.repeat(25_000)}`, 'error[duplicate-key]: `a` is already there, in line 2', '200 errors');
  await refuses(
    `${STEPS}  a: { run: "${'${{ x }} '.repeat(80_000)}" }\n`,
    'error[expression-syntax]: a text has at most 1000 expressions',
    '1 error',
  );
  await refuses(`version: 1\n${'%A\n'.repeat(100_000)}`, 'error[');
});

test('long words stay short on the screen', async () => {
  const long = 'w'.repeat(900_000);
  const { text } = await judged(`${STEPS}  a: { run: make, timeout: ${long} }\n`);
  assert.ok(text.includes('error[bad-value]: `wwww'), text.slice(0, 200));
  assert.ok(text.length < 2000, String(text.length));
  await judged(`${STEPS}  ${long}: { run: make }\n`);
  await judged(`${STEPS}  a: { run: make, if: "${'('.repeat(900_000)}" }\n`);
  await judged(`${STEPS}  a: { run: make, timeout: "${'1'.repeat(900_000)}" }\n`);
  await judged(`${STEPS}  a: { run: 'echo \${{ os }} ${'$('.repeat(300_000)}' }\n`);
  await judged(`${STEPS}  a: { run: make, inputs: "${'{a,b}'.repeat(100_000)}" }\n`);
});

test('bytes that are no text', async () => {
  await refuses(
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    'error[bad-utf8]: the file is not UTF-8',
    'Sandboxfile.yaml:1:1',
  );
  await refuses(Buffer.from(`\ufeff${STEPS}  a: { run: make }\n`, 'utf16le'), 'error[bad-utf8]', 'hint: Save it as UTF-8.');
  await refuses(Buffer.concat([Buffer.from(`${STEPS}  \u00e4: `), Buffer.from([0xe4, 0x0a])]), 'error[bad-utf8]', 'Sandboxfile.yaml:3:6');
  await refuses(`${STEPS}  a: { run: "make\0" }\n`, 'error[bad-character]: the control character U+0000', 'Sandboxfile.yaml:3:18');
  await refuses(`${STEPS}  a: { run: "make \\0 \\uD800" }\n`, 'error[bad-character]: an escape stands for NUL or for half a character');
});

test('a mark of byte order and carriage returns change no place', async () => {
  const text = `version: 1\nnmae: hello\nsteps:\n  build: { run: make }\n`;
  const plain = (await judged(text)).text;
  assert.ok(plain.includes('Sandboxfile.yaml:2:1\n  |\n2 | nmae: hello\n  | ^^^^\n'), plain);
  assert.is((await judged(text.replaceAll('\n', '\r\n'))).text, plain);
  assert.is((await judged(`\ufeff${text}`)).text, plain);
  const first = 'nmae: hello\nversion: 1\n';
  assert.is((await judged(`\ufeff${first}`)).text, (await judged(first)).text);
  await refuses('version: 1\rsteps: {}\r', 'error[bad-character]: the control character U+000D');
});

test('files that are no map', async () => {
  await refuses('', 'error[wrong-type]: a Sandboxfile is a map', 'Start with `version: 1`');
  await refuses('# nothing\n', 'error[wrong-type]: a Sandboxfile is a map');
  await refuses('- a\n', 'error[wrong-type]: a Sandboxfile is a map', 'Sandboxfile.yaml:1:1');
  await refuses('make\n', 'error[wrong-type]: a Sandboxfile is a map');
});

test('names that objects have of their own are names like any other', async () => {
  await refuses('version: 1\n__proto__: {}\nconstructor: 1\n', 'error[unknown-key]: `__proto__`', 'error[unknown-key]: `constructor`');
  await refuses(
    `${STEPS}  a: { run: make, toString: 1, needs: [valueOf], env: { __proto__: "1" } }\n`,
    'error[unknown-key]: `toString`',
    'error[bad-name]: `valueOf`',
  );
  assert.is((await judged(`${STEPS}  constructor: { run: make, env: { __proto__: "1", constructor: "2" } }\n`)).code, 0);
});

test('what is no regular file, or cannot be opened', () =>
  withFolder(async (folder) => {
    const file = join(folder, 'Sandboxfile.yaml');
    symlinkSync('Sandboxfile.yaml', file);
    const loop = await invoke(['validate'], folder, folder);
    assert.is(loop.text, 'error[file-unreadable]: Sandboxfile.yaml cannot be read: ELOOP\n\n1 error\n');
    noteCodes(loop.text);
    const below = join(folder, 'below');
    mkdirSync(below);
    assert.is(spawnSync('mkfifo', [join(below, 'Sandboxfile.yaml')]).status, 0);
    const pipe = await invoke(['validate'], below, folder);
    assert.is(
      pipe.text,
      'error[file-not-regular]: Sandboxfile.yaml is not a regular file\nhint: Put the text into a file: each command reads it anew.\n\n1 error\n',
    );
    noteCodes(pipe.text);
    // Only if it goes between the search and the reading.
    const gone = readSandboxfile(join(folder, 'none'), 'none', realFiles);
    assert.ok('code' in gone && gone.code === 'file-missing');
    seen.add('file-missing');
    const bug = (): never => {
      throw new TypeError('a bug');
    };
    for (const one of ['openSync', 'fstatSync'] as const)
      assert.throws(
        () => readSandboxfile(join(folder, 'f'), 'f', { ...realFiles, openSync: () => 0, closeSync: () => {}, [one]: bug }),
        'a bug',
      );
  }));

test('every code is seen, and each has a row in the reference', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/reference/diagnostics.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z0-9-]+)` \| \S/gm)].map(([, code = '']) => code);
  assert.equal(documented, Object.keys(DIAGNOSTIC_MEANINGS));
  assert.equal([...seen].sort(), documented.sort());
});

test.run();
