import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Hole } from '../../lib/model/output.ts';
import { asWritten, filled, filledScript } from '../../lib/model/output.ts';
import type { Step } from '../../lib/model/project.ts';
import type { Task } from '../../lib/task.ts';
import { loadText, projectOf, shown, TASKS } from './loading.ts';

/** Tasks of machines, as far as types go. */
const MACHINES: readonly Task[] = [
  ...TASKS.map((task) => (task.name === 'shell' ? { ...task, outputs: { files: 'files' as const } } : task)),
  { ...(TASKS[0] as Task), name: 'pack', outputs: { image: 'image' }, requires: [] },
  {
    ...(TASKS[0] as Task),
    name: 'import',
    fields: { image: { kind: 'string', description: 'Which.', takes: ['image'] }, name: { kind: 'string', description: 'Its name.' } },
    outputs: { machine: 'machine' },
    requires: [],
  },
];

async function stepsOf(text: string): Promise<ReadonlyMap<string, Step>> {
  return (await projectOf(text, {}, {}, MACHINES)).steps;
}

async function wrongIn(text: string): Promise<string> {
  return (await loadText(text, {}, {}, MACHINES)).diagnostics.map(shown).join('\n');
}

const asked = ({ holes = [] }: Pick<Step, 'holes'>): readonly string[] =>
  holes.flatMap(({ asks }: Hole) => asks.map(({ step, output, kind }) => `${step} ${output} ${kind}`));

test('a field takes an output of the kind that its task declares, and no other', async () => {
  const steps = await stepsOf(`version: 1
steps:
  pack: { task: pack }
  mine: { run: ./pack, values: { disk: image } }
  one: { task: import, needs: [pack], image: "\${{ steps.pack.outputs.image }}" }
  two: { task: import, needs: [mine], image: "\${{ steps.mine.outputs.disk }}" }
  three: { task: import, image: debian.qcow2 }
`);
  assert.equal(asked(steps.get('one') as Step), ['pack image image']);
  assert.equal(asked(steps.get('two') as Step), ['mine disk image']);
  assert.equal(steps.get('one')?.gives, { machine: 'machine' });
  assert.is(
    await wrongIn(`version: 1
steps:
  pack: { task: pack }
  vm: { task: import, needs: [pack], image: x }
  other: { task: import, needs: [vm], image: "\${{ steps.vm.outputs.machine }}" }
  part: { task: import, needs: [pack], image: "\${{ steps.pack.outputs.image }}.gz" }
  early: { task: import, needs: [pack], image: x, name: "\${{ steps.pack.outputs.image }}" }
`),
    `Sandboxfile.yaml:5:46-79 output-kind: \`steps.vm.outputs.machine\` is of the kind machine, and this takes image
Sandboxfile.yaml:6:47-83 output-kind: an output of a step is of the kind text, and this takes image
Sandboxfile.yaml:7:57-90 output-too-late: \`steps.pack.outputs.image\` is known only when the step has run, and this is needed before
    Outputs of steps may stand in \`run\`, in values of \`env\`, and where a task takes them.`,
  );
});

test('a cell has the output of the one cell that it needs; a step of an included file its own, or one of the project by `:name`', async () => {
  const files = {
    include: {
      'lib/Sandboxfile.yaml': `version: 1
steps:
  version: { run: ./v, values: { v: text } }
  use: { needs: [version, ":top"], run: "echo \${{ steps.version.outputs.v }} \${{ steps.top.outputs.t }}" }
`,
    },
  };
  const { steps } = await projectOf(
    `version: 1
include: { lib: ./lib }
steps:
  top: { run: ./t, values: { t: text } }
  build: { matrix: { n: [1, 2] }, run: ./b, values: { v: text } }
  test: { matrix: { n: [1, 2] }, needs: [build@same], run: "echo \${{ steps.build.outputs.v }}" }
  two: { needs: [build@2, "lib:version"], run: "echo \${{ steps.build.outputs.v }} \${{ steps.lib.version.outputs.v }}" }
`,
    {},
    files,
  );
  const of = (id: string): readonly string[] => asked(steps.get(id) as Step);
  assert.equal(of('test@1'), ['build@1 v text']);
  assert.equal(of('test@2'), ['build@2 v text']);
  assert.equal(of('two'), ['build@2 v text', 'lib:version v text']);
  assert.equal(of('lib:use'), ['lib:version v text', 'top t text']);
});

test('holes are filled where they stand: words stay words, a list becomes as many', async () => {
  const steps = await stepsOf(`version: 1
params: { p: { default: pp } }
steps:
  a: { run: ./a, outputs: [out], values: { v: text } }
  b:
    needs: [a]
    run: "echo \${{ steps.a.outputs.v }} \${{ steps.a.outputs.files }} \\"<\${{ default(steps.a.outputs.v, params.p) }}>\\""
    env: { E: "<\${{ upper(steps.a.outputs.v) }}>", F: "\${{ join(steps.a.outputs.files) }}", S: "\${{ steps.a.outputs.v == 'x' }}" }
  c: { needs: [a], shell: argv, run: [touch, "-\${{ steps.a.outputs.v }}", "\${{ steps.a.outputs.files }}"] }
`);
  const fill = (step: Step, v: string, files: readonly string[]) => (of: string) => {
    const hole = step.holes?.find((one) => one.of === of) as Hole;
    return hole.fill(hole.asks.map(({ kind }) => (kind === 'files' ? files : v))) ?? '';
  };
  const b = steps.get('b') as Step;
  const values = fill(b, "it's $(x)", ['one', 'two words']);
  assert.equal(filledScript(b.script as NonNullable<Step['script']>, values), {
    shell: 'sh',
    text: 'echo "${__sbx_1}" "${__sbx_2_0}" "${__sbx_2_1}" "<${__sbx_3}>"',
    variables: [
      { name: '__sbx_1', value: "it's $(x)", of: 'steps.a.outputs.v' },
      { name: '__sbx_2_0', value: 'one', of: 'steps.a.outputs.files[0]' },
      { name: '__sbx_2_1', value: 'two words', of: 'steps.a.outputs.files[0]' },
      { name: '__sbx_3', value: "it's $(x)", of: 'default(steps.a.outputs.v, params.p)' },
    ],
    source: b.script?.source,
  });
  assert.equal(filled(b.env, values), [
    ['E', "<IT'S $(X)>"],
    ['F', 'one two words'],
    ['S', 'false'],
  ]);
  assert.equal(asWritten(b.env)[0], ['E', '<${{ upper(steps.a.outputs.v) }}>']);
  assert.match(JSON.stringify(filledScript(b.script as NonNullable<Step['script']>, fill(b, '', []))), '"value":"pp"');
  const c = steps.get('c') as Step;
  assert.equal((filledScript(c.script as NonNullable<Step['script']>, fill(c, 'v', ['x', 'y'])) as { words: unknown }).words, [
    'touch',
    '-v',
    'x',
    'y',
  ]);
});

test('equal words of two files are two holes where their other names mean something else', async () => {
  const { steps } = await projectOf(
    `version: 1
use: base
with: { p: of-recipe }
params: { p: { default: of-file } }
steps:
  b: { env: { FILE: "\${{ default(steps.a.outputs.v, params.p) }}" } }
`,
    {},
    {
      recipes: {
        base: `version: 1
params: { p: {} }
steps:
  a: { run: ./a, values: { v: text } }
  b: { needs: [a], run: "echo \${{ default(steps.a.outputs.v, params.p) }}" }
`,
      },
    },
  );
  const { holes = [] } = steps.get('b') as Step;
  assert.equal(
    holes.map(({ of, fill }) => [of, fill([''])]),
    [
      ['default(steps.a.outputs.v, params.p)', 'of-recipe'],
      ['default(steps.a.outputs.v, params.p) (2)', 'of-file'],
    ],
  );
});

test.run();
