import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withFarProject } from './far-project.ts';

/** Texts that a careless tool would execute, split, expand or lose. `CANARY` is replaced by a path that must never come into being. */
const PAYLOADS: readonly string[] = [
  'two words',
  '  blanks around  ',
  "it's",
  'say "hi"',
  '$(touch CANARY)',
  '`touch CANARY`',
  '$HOME ${HOME} $$',
  'a;touch CANARY',
  'a && touch CANARY',
  'a | tee CANARY',
  '> CANARY',
  'line\nbreak\n',
  "'; touch CANARY; '",
  '"; touch CANARY; "',
  '-rf',
  '--help',
  '* ? [a-z]',
  '~root',
  '!! !$ \\ \\\\ \\n %s %n',
  'emoji \u{1f680} ümlaut \u202e',
  'x'.repeat(100_000),
];

/** One word each: in the text as it stands, in double quotes, in an unquoted heredoc, in an assignment, in a nested substitution. */
const CONTEXTS = `
mkdir -p words/NAME && cd words/NAME
show() { printf '%s\\n' "$#" >> count; printf '%s' "$1" > "word-$2"; }
show "$( : )\${{ params.NAME }}" quoted
show \${{ params.NAME }} bare
assigned=\${{ params.NAME }}
show "$assigned" assigned
show "$(printf '%s' "\${{ params.NAME }}"; printf .)" nested
cat > word-heredoc <<END
\${{ params.NAME }}
END
printf '%s' "$GIVEN" > word-env
`;

for (const place of ['local', 'far'] as const) {
  test(`payloads as parameter and environment value stay one word in every quoting context: ${place}`, async () => {
    await withFarProject({}, async (story) => {
      // A parameter and a step for each, all in one run.
      const all = PAYLOADS.map((payload, n) => {
        const canary = join(story.folder, `canary-${n}`);
        return { name: `p${n}`, text: payload.replaceAll('CANARY', canary), canary };
      });
      const where = place === 'far' ? 'in: far\n    needs: [sync]\n    ' : '';
      const steps = all.map(({ name }) => {
        const run = CONTEXTS.replaceAll('NAME', name).replace(/^/gm, '      ');
        return `  ${name}:\n    ${where}env: { GIVEN: "\${{ params.${name} }}" }\n    run: |${run}\n`;
      });
      const params = all.map(({ name }) => `  ${name}: { type: string, default: "" }\n`);
      const base = story.project.read('Sandboxfile.yaml').replace('version: 1\n', `version: 1\nparams:\n${params.join('')}`);
      writeFileSync(join(story.project.root, 'Sandboxfile.yaml'), base + steps.join(''));
      const values = all.flatMap(({ name, text }) => ['--set', `${name}=${text}`]);
      const ended = await story.sbx(['run', ...values, ...all.map(({ name }) => name)]);
      assert.is(ended.code, 0, `${ended.stdout.slice(-4000)}${ended.stderr.slice(-4000)}`);
      for (const { name, text, canary } of all) {
        const root = join(place === 'far' ? story.workspace : story.project.root, 'words', name);
        const word = (context: string): string => readFileSync(join(root, `word-${context}`), 'utf8');
        assert.is(word('quoted'), text);
        assert.is(word('bare'), text);
        assert.is(word('assigned'), text);
        assert.is(word('nested'), `${text}.`);
        assert.is(word('heredoc'), `${text}\n`);
        assert.is(word('env'), text);
        assert.is(readFileSync(join(root, 'count'), 'utf8'), '2\n'.repeat(4), 'one word and its name each time');
        assert.not.ok(existsSync(canary), text);
      }
    });
  });
}

test('payloads as file names are sent, built from and fetched, or refused', async () => {
  // A name with a newline is sent and built from; it is nothing that should come back, so a fetch of it is refused whole.
  const run = `mkdir -p out; for file in src/* src/.[!.]*; do case $file in *'\n'*) [ ! -e src/wide ] || cp "$file" out/ ;; *) [ ! -f "$file" ] || cp -- "$file" out/ ;; esac; done`;
  await withFarProject({ run }, async (story) => {
    const canary = join(story.folder, 'canary');
    const names = PAYLOADS.filter((payload) => Buffer.byteLength(payload) < 200).map((payload) =>
      payload.replaceAll('CANARY', 'canary').replaceAll('/', '_'),
    );
    const folder = join(story.project.root, 'src');
    mkdirSync(folder, { recursive: true });
    for (const [at, name] of names.entries()) writeFileSync(join(folder, name), `content ${at}\n`);
    const ended = await story.sbx(['run', 'fetch-artifacts'], { cwd: story.project.root });
    assert.is(ended.code, 0, ended.stdout + ended.stderr);
    const fetched = names.filter((name) => !name.includes('\n'));
    for (const [at, name] of names.entries()) {
      assert.is(readFileSync(join(story.workspace, 'src', name), 'utf8'), `content ${at}\n`, JSON.stringify(name));
      if (fetched.includes(name))
        assert.is(readFileSync(join(story.project.root, 'out', name), 'utf8'), `content ${at}\n`, JSON.stringify(name));
    }
    assert.equal(readdirSync(join(story.project.root, 'out')).sort(), [...fetched, 'a', 'b'].sort());
    writeFileSync(join(folder, 'wide'), '');
    const refused = await story.sbx(['run', 'fetch-artifacts']);
    assert.is(refused.code, 1, refused.stdout + refused.stderr);
    assert.match(refused.stdout + refused.stderr, /control character/);
    assert.equal(readdirSync(join(story.project.root, 'out')).sort(), [...fetched, 'a', 'b'].sort(), 'nothing of it was taken');
    for (const name of ['canary', 'demo/canary', 'far/demo/canary']) assert.not.ok(existsSync(join(story.folder, name)));
    assert.not.ok(existsSync(canary));
  });
});

test('a value where no quoting could keep it one word is refused with its place and what to do', async () => {
  await withFarProject({}, async (story) => {
    const base = story.project
      .read('Sandboxfile.yaml')
      .replace('version: 1\n', 'version: 1\nparams: { p: { type: string, default: x } }\n');
    const places = [
      "echo '${{ params.p }}'",
      'echo `echo ${{ params.p }}`',
      'echo $((${{ params.p }} + 1))',
      "cat <<'E'\n${{ params.p }}\nE",
      'true # ${{ params.p }}',
    ];
    for (const text of places) {
      const body = text.replace(/^/gm, '      ');
      writeFileSync(join(story.project.root, 'Sandboxfile.yaml'), `${base}  words:\n    run: |\n${body}\n`);
      const ended = await story.sbx(['validate']);
      assert.is(ended.code, 2, text);
      assert.match(ended.stdout + ended.stderr, /Sandboxfile\.yaml:\d+:\d+/);
      assert.match(ended.stdout + ended.stderr, /unsafe-expression/);
      assert.match(ended.stdout + ended.stderr, /env:/);
    }
  });
});

test.run();
