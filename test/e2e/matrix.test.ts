import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { withProject } from '../rig/project.ts';

const OUTPUT = "out/${{ matrix.ghc }}${{ replace(matrix.flags, '/', '_') }}.txt";
const fileWith = (output: string): string => `version: 1
steps:
  build:
    matrix: { ghc: ["9.4", "9.6"], flags: ["", "-O2 a/b"] }
    run: mkdir -p out && echo "$SBX_STEP" \${{ matrix.ghc }} \${{ matrix.flags }} > "${OUTPUT}"
    inputs: [src]
    outputs: ["${output}"]
    if: matrix.flags != '' || matrix.ghc == '9.4'
`;

test('outputs of cells must not overlap: the diagnostic says to use the values of the matrix', () =>
  withProject({ 'Sandboxfile.yaml': fileWith('out/*.txt'), src: '1' }, async (project) => {
    const { code, stderr } = await project.sbx(['validate']);
    assert.is(code, 2);
    assert.match(stderr, 'outputs of build@9.4,-O2%20a%2Fb');
    assert.match(stderr, 'put the values of the matrix into the outputs, e.g. out/${{ matrix.KEY }}, so that each cell has its own');
  }));

test('cells run, are remembered, named, explained and completed one by one', () =>
  withProject({ 'Sandboxfile.yaml': fileWith(OUTPUT), src: '1' }, async (project) => {
    const run = await project.sbx(['run', 'build']);
    assert.is(run.code, 0, run.stdout + run.stderr);
    assert.match(run.stdout, '4 steps: 3 succeeded, 1 skipped');
    assert.is(project.read('out/9.6-O2 a_b.txt'), 'build@9.6,-O2%20a%2Fb 9.6 -O2 a/b\n');
    project.remove('out');
    assert.match((await project.sbx(['run', 'build@9.4,%'])).stdout, '1 step: 1 restored');
    assert.is(project.read('out/9.4.txt'), 'build@9.4,% 9.4 \n');
    const names = (await project.sbx(['__complete', 'steps'])).stdout.trim().split('\n');
    assert.equal(names, ['build@9.4,%', 'build@9.4,-O2%20a%2Fb', 'build@9.6,%', 'build@9.6,-O2%20a%2Fb', 'build']);
    assert.match((await project.sbx(['list', '-v'])).stdout, 'build@9.6,-O2%20a%2Fb');
    assert.match((await project.sbx(['list'])).stdout, '(4 cells, @9.4,% to @9.6,-O2%20a%2Fb)');
    assert.match((await project.sbx(['explain', 'build'])).stderr, 'build has 4 cells\n  name one of them, e.g. build@9.4,%');
    assert.is((await project.sbx(['explain', 'build@9.4,%'])).code, 0);
    assert.is((await project.sbx(['clean', 'build', '-y'])).code, 0);
    assert.match((await project.sbx(['status', 'build'])).stdout, 'build@9.4,%');
    assert.match((await project.sbx(['run', 'biuld'])).stderr, 'Did you mean `build`?');
  }));

test.run();
