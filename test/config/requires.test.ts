import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Ask } from '../../lib/config/ask.ts';
import { lackingDiagnostics, lackingOf } from '../../lib/plan/lacking.ts';
import { type Files, loadText, projectOf, shown } from './loading.ts';

const FILE = `
version: 1
params:
  version: { description: What to release }
  channel: { enum: [stable, beta] }
  jobs: 4
secrets: [TOKEN]
steps:
  build: { run: "make -j\${{ params.jobs }}" }
  tag: { run: "git tag \${{ params.version }}", needs: build }
  deploy:
    run: ./deploy.sh
    needs: tag
    requires: [channel, TOKEN, REGION]
    env: { WHERE: "\${{ env.REGION }}" }
`;

async function lacking(steps: readonly string[], ask: Partial<Ask> = {}, text = FILE, files: Files = {}): Promise<readonly string[]> {
  const project = await projectOf(text, ask, files);
  return lackingDiagnostics(project, lackingOf(project, steps)).map(shown);
}

test('a parameter without a default is needed by the steps that refer to it, and by no others', async () => {
  assert.equal(await lacking(['build']), []);
  assert.equal(await lacking(['build', 'tag']), [
    'Sandboxfile.yaml:4:3-10 missing-param: the parameter `version` has no value, and tag needs it\n    Give it one: --set version=..., SBX_PARAM_VERSION or a default.',
  ]);
  assert.equal(await lacking(['build', 'tag'], { set: [['version', '1.0']] }), []);
  const { steps } = await projectOf(FILE, { set: [['version', '1.0']] });
  assert.is(steps.get('tag')?.lacks, undefined);
});

test('requires: names of params and env variables that must be given; all that are missing are named at once', async () => {
  const environment = new Map([['REGION', '']]);
  assert.equal(await lacking(['build', 'tag', 'deploy'], { environment }), [
    'Sandboxfile.yaml:4:3-10 missing-param: the parameter `version` has no value, and tag needs it\n    Give it one: --set version=..., SBX_PARAM_VERSION or a default.',
    'Sandboxfile.yaml:5:3-10 missing-param: the parameter `channel` has no value, and deploy needs it\n    Give it one: --set channel=..., SBX_PARAM_CHANNEL or a default. It is one of stable, beta.',
    'Sandboxfile.yaml:14:25-30 missing-param: the secret `TOKEN` is not set, and deploy needs it\n    Set it in the environment: TOKEN=...',
    'Sandboxfile.yaml:14:32-38 missing-param: the variable `REGION` is not set, and deploy needs it\n    Set it in the environment: REGION=...',
  ]);
  const given = new Map([
    ['TOKEN', 't'],
    ['REGION', 'eu'],
    ['SBX_PARAM_CHANNEL', 'beta'],
  ]);
  assert.equal(await lacking(['deploy'], { environment: given }), []);
});

test('what a place, a recipe or everything is made of lacks for all steps of it', async () => {
  const text = `
version: 1
use: [{ recipe: far, with: { vm: "\${{ params.where }}" } }]
params: { where: , tag: }
env: { TAG: "\${{ params.tag }}" }
steps: { here: { run: make } }
`;
  const recipes = {
    far: 'version: 1\nparams: { vm: a }\nsandboxes: { vm: { host: "${{ params.vm }}" } }\nsteps: { sync: { task: sync, in: vm } }\n',
  };
  assert.equal(await lacking(['sync'], {}, text, { recipes }), [
    'Sandboxfile.yaml:4:20-23 missing-param: the parameter `tag` has no value, and sync needs it\n    Give it one: --set tag=..., SBX_PARAM_TAG or a default.',
    'Sandboxfile.yaml:4:11-16 missing-param: the parameter `where` has no value, and sync needs it\n    Give it one: --set where=..., SBX_PARAM_WHERE or a default.',
  ]);
  assert.is((await lacking(['here'], {}, text, { recipes })).length, 1);
  const project = await projectOf(text, { set: [['tag', 'a']] }, { recipes });
  assert.equal(project.sandboxes.get('vm')?.lacks, ['where']);
});

test('requires: misuse', async () => {
  const { diagnostics } = await loadText(`
version: 1
params: { version: , jobs: 1 }
steps:
  a: { run: make, requires: [verison, VERISON, http_proxy, 1x, "a b"] }
  b: { run: make, requires: { vars: [version] } }
  c: { run: make, required: version }
`);
  assert.equal(diagnostics.map(shown), [
    'Sandboxfile.yaml:5:60-62 bad-value: `1x` is not the name of a parameter or of a variable',
    'Sandboxfile.yaml:5:64-69 bad-value: `a b` is not the name of a parameter or of a variable',
    'Sandboxfile.yaml:6:29-48 wrong-type: a list is wanted here, this is a map\n    Write for example `[version, DEPLOY_TOKEN]`.',
    'Sandboxfile.yaml:7:19-27 unknown-key: `required` is not a key of a shell step\n    Did you mean `requires`?',
  ]);
  const near = await loadText(`
version: 1
params: { version: }
steps: { a: { run: make, requires: [verison, VERSION] } }
`);
  assert.equal(near.diagnostics.map(shown), [
    'Sandboxfile.yaml:4:37-44 unknown-param: there is no parameter `verison`\n    Did you mean `version`?',
  ]);
});

test.run();
