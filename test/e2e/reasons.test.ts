import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventsOf, type FarProject, type SeenEvent, withFarProject } from './far-project.ts';

type Reason = { readonly code: string };

/** The reasons that the three ways give for `steps` of a run of everything; they must be one value. */
async function reasonsFor(story: FarProject, steps: readonly string[], args: readonly string[]): Promise<readonly (readonly Reason[])[]> {
  const asked = ['--json', 'all', ...args];
  const [plan, ...explained] = await Promise.all([
    story.sbx(['plan', ...asked]),
    ...steps.map((step) => story.sbx(['explain', '--json', step, ...args])),
  ]);
  for (const one of [plan, ...explained]) assert.is(one.code, 0, `${args.join(' ')}: ${one.stderr}`);
  const run = await story.sbx(['run', ...asked]);
  assert.is(run.code, 0, run.stdout + run.stderr);
  return steps.map((step, at) => {
    const planned = (JSON.parse(plan.stdout) as { steps: { id: string; decision: { reasons?: Reason[] } }[] }).steps.find(
      (one) => one.id === step,
    );
    const explanation = JSON.parse(explained[at]?.stdout ?? '') as { decision: { reasons?: Reason[] } };
    const ran = eventsOf(run).find((e: SeenEvent) => e.type === 'step-started' && e.step === step);
    assert.ok(ran, `${step} did not run: ${run.stdout}${run.stderr}`);
    assert.equal(planned?.decision.reasons, ran.decision?.reasons, 'plan and run');
    assert.equal(explanation.decision.reasons, ran.decision?.reasons, 'explain and run');
    return (ran.decision?.reasons ?? []) as readonly Reason[];
  });
}

const MORE = `  made:
    run: sh tool.sh \${{ params.word }} > made.txt
    inputs: ["in/**", tool.sh]
    outputs: [made.txt]
    env: { COLOUR: "\${{ params.colour }}" }
    tools: [sed]
  after-made:
    run: cat made.txt > later.txt
    needs: [made]
    inputs: []
    outputs: [later.txt]
  always: { run: "true" }
  after-always: { run: "true", needs: [always], inputs: [], outputs: [] }
  all: { run: "true", needs: [made, after-made, after-always, fetch-artifacts] }
`;

const SANDBOX = `    probes: { tool: cat PROBE }
`;

test('`explain`, `plan` and the run give the same reason for 20 kinds of change.', async () => {
  await withFarProject({}, async (story) => {
    const file = join(story.project.root, 'Sandboxfile.yaml');
    const probe = join(story.folder, 'probe');
    writeFileSync(probe, '1.0\n');
    const params = `params:\n  word: { default: hello }\n  colour: { default: red }\n  probe: { default: ${probe} }\n`;
    const base = `${story.project.read('Sandboxfile.yaml').replace('version: 1\n', `version: 1\n${params}`).replace('    grace: 3s\n', `    grace: 3s\n    probes: { tool: cat ${probe} }\n`).replace('exclude: [', 'exclude: [Sandboxfile.yaml, in, tool.sh, ')}${MORE}`;
    writeFileSync(file, base);
    story.project.write('in/x', 'x\n');
    story.project.write('in/y', 'y\n');
    story.project.write('in/w', 'w\n');
    story.project.write('tool.sh', 'cat in/*; echo "$1 $COLOUR"\n');

    let text = base;
    const edit = (from: string, to: string) => (): void => {
      if (!text.includes(from)) throw new Error(`nothing to edit: ${from}`);
      text = text.replace(from, to);
      writeFileSync(file, text);
    };
    interface Change {
      readonly what: string;
      readonly step: string;
      readonly code: string;
      readonly make: () => unknown;
      readonly args?: readonly string[];
    }
    const write = (path: string, body: string) => (): void => story.project.write(path, body);
    const changes: Change[] = [
      { what: 'first run', step: 'made', code: 'never-ran', make: () => {} },
      { what: 'an input edited', step: 'made', code: 'inputs-changed', make: write('in/x', 'xx\n') },
      { what: 'an input added', step: 'made', code: 'inputs-changed', make: write('in/z', 'z\n') },
      { what: 'an input removed', step: 'made', code: 'inputs-changed', make: () => story.project.remove('in/w') },
      { what: 'an input made executable', step: 'made', code: 'inputs-changed', make: () => story.project.write('in/x', 'xx\n', 0o755) },
      { what: 'the command', step: 'made', code: 'command-changed', make: edit('sh tool.sh ', 'sh  ./tool.sh ') },
      { what: 'a value in the command', step: 'made', code: 'value-changed', make: edit('default: hello', 'default: bye') },
      { what: 'a variable of the environment', step: 'made', code: 'env-changed', make: edit('default: red', 'default: blue') },
      { what: 'a value set on the command line', step: 'made', code: 'value-changed', make: () => {}, args: ['--set', 'word=again'] },
      {
        what: 'an output declared',
        step: 'made',
        code: 'outputs-declared',
        make: edit('outputs: [made.txt]', 'outputs: [made.txt, "made.*"]'),
      },
      {
        what: 'state declared',
        step: 'made',
        code: 'state-declared',
        make: edit('    tools: [sed]', '    state: [memory]\n    tools: [sed]'),
      },
      { what: 'the tool list', step: 'made', code: 'tool-changed', make: edit('tools: [sed]', 'tools: [sed, cat]') },
      {
        what: 'a needed step that made something else',
        step: 'after-made',
        code: 'upstream-changed',
        make: async () => {
          write('in/y', 'YY\n')();
          // Before it ran nobody knows whether it will: so they say that, and the run says what came of it.
          const open = await story.sbx(['explain', '--json', 'after-made']);
          assert.equal((JSON.parse(open.stdout) as { decision: unknown }).decision, {
            is: 'maybe',
            reasons: [{ code: 'upstream-runs', steps: ['made'] }],
          });
          assert.is((await story.sbx(['run', 'made'])).code, 0);
        },
      },
      {
        what: 'caching turned off',
        step: 'made',
        code: 'not-cacheable',
        make: edit('    tools: [sed, cat]', '    cache: false\n    tools: [sed, cat]'),
      },
      { what: 'forced', step: 'after-made', code: 'forced', make: () => {}, args: ['--force=after-made'] },
      {
        what: 'the folder',
        step: 'after-made',
        code: 'dir-changed',
        make: edit('    run: cat made.txt > later.txt', '    dir: in\n    run: cat ../made.txt > later.txt'),
      },
    ];
    // Made together with the ones above: neither step can see the other.
    const others: { readonly [what: string]: Change } = {
      'an input edited': { what: 'a needed step that is not remembered', step: 'after-always', code: 'upstream-ran', make: () => {} },
      'an input added': { what: 'a step that declares no outputs', step: 'always', code: 'not-remembered', make: () => {} },
      'an input removed': { what: 'a source of the remote build', step: 'build', code: 'inputs-changed', make: write('src/a', 'ONE\n') },
      'the command': {
        what: 'the command of the remote build',
        step: 'build',
        code: 'command-changed',
        make: edit('echo built', 'echo  built'),
      },
      'a value in the command': { what: 'a sync that sends', step: 'sync', code: 'inputs-changed', make: write('src/new', 'new\n') },
      'a variable of the environment': {
        what: 'fetched in another way',
        step: 'fetch-artifacts',
        code: 'settings-changed',
        make: edit('from: out', 'from: out, links: skip'),
      },
    };
    let kinds = 0;
    for (const change of changes) {
      const other = others[change.what];
      const together = other === undefined ? [change] : [change, other];
      for (const one of together) await one.make();
      const all = await reasonsFor(
        story,
        together.map((one) => one.step),
        change.args ?? [],
      );
      for (const [at, { what, code }] of together.entries()) {
        const reasons = all[at] ?? [];
        assert.ok(
          reasons.some((reason) => reason.code === code),
          `${what}: ${JSON.stringify(reasons)}`,
        );
        kinds += 1;
      }
    }
    assert.is(kinds, 22);
  });
});

test('a failed step, a changed toolchain and lost outputs are reasons too', async () => {
  await withFarProject({ sandbox: SANDBOX }, async (story) => {
    const probe = join(story.folder, 'probe');
    writeFileSync(probe, 'tool 1.0\n');
    const file = join(story.project.root, 'Sandboxfile.yaml');
    const text = `${story.project.read('Sandboxfile.yaml').replace('PROBE', probe)}  fails: { run: "test -e ok", inputs: [], outputs: [] }\n  all: { run: "true", needs: [fetch-artifacts] }\n`;
    writeFileSync(file, text);
    assert.is((await story.sbx(['run', 'fails'])).code, 1);
    const again = await story.sbx(['explain', '--json', 'fails']);
    assert.match(again.stdout, /failed-before/);

    assert.is((await story.sbx(['run', 'fetch-artifacts'])).code, 0);
    writeFileSync(probe, 'tool 2.0\n');
    // Nobody connects for a fresh step: the new toolchain is seen when something must run there, and then the plan is made anew.
    story.project.write('src/a', 'edited\n');
    const run = await story.sbx(['run', '--json', 'fetch-artifacts']);
    assert.is(run.code, 0, run.stdout + run.stderr);
    const started = eventsOf(run).find((e) => e.type === 'step-started' && e.step === 'build');
    assert.match(JSON.stringify(started?.decision), /"code":"place-changed".*tool 1\.0.*tool 2\.0/);
    assert.is(eventsOf(run).filter((e) => e.type === 'planned').length, 2, 'planned anew once');

    rmSync(join(story.project.home, '.cache/sbx'), { recursive: true });
    rmSync(join(story.project.root, 'out'), { recursive: true });
    const lost = await story.sbx(['explain', '--json', 'fetch-artifacts']);
    assert.match(lost.stdout, /record-lost|outputs-missing/);
    utimesSync(file, new Date(), new Date());
    assert.is((await story.sbx(['run', 'fetch-artifacts'])).code, 0);
    assert.is(story.project.read('out/app'), 'edited\ntwo\n');
  });
});

test.run();
