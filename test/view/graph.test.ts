import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { GraphStep } from '../../lib/plan/step-graph.ts';
import { graphDot } from '../../lib/view/graph/dot.ts';
import { graphMermaid } from '../../lib/view/graph/mermaid.ts';
import { needing } from '../rig/needing.ts';
import { withProject } from '../rig/project.ts';

const SANDBOXFILE = `version: 1
name: hello
sandboxes: { vm: {} }
steps:
  start: { task: shell, run: start, provides: vm }
  sync: { task: sync, in: vm }
  build: { task: remote-build, in: vm, needs: [sync], run: make }
  lint: { task: shell, run: lint }
  publish: { task: shell, run: publish, needs: [build], after: [lint] }
  stop: { task: teardown, in: vm, releases: vm, when: always }
`;

/** Names that would end a string, begin a comment, a directive, a port or markup. */
const HOSTILE = ['build@18,x=1%2F', 'ns:step', 'a"b', 'a\\', 'end', '%%{init}%%', '<b>x</b>', '`*md*`', '\\N', 'a;b#c', 'ü']; // the parser forbids most of them

function step(id: string, more: Partial<GraphStep> = {}): GraphStep {
  return { id, task: 'shell', sandbox: 'local', needs: [], after: [], layer: 0, ...more };
}

const CHAIN = HOSTILE.map((id, at) => step(id, { sandbox: at % 2 === 0 ? id : 'local', needs: HOSTILE.slice(0, at).slice(-1), layer: at }));

test('`graph` as text: layer by layer, with needs, after, provides and releases', () =>
  withProject({ 'Sandboxfile.yaml': SANDBOXFILE }, async ({ sbx }) => {
    const all = await sbx(['graph']);
    assert.is(
      all.stdout,
      `  1  start        provides vm
     lint
  2  sync     vm  after start
  3  build    vm  needs sync
  4  publish      needs build; after lint
     stop     vm  after build; releases vm
`,
    );
    const some = await sbx(['graph', 'build', '--only']);
    assert.is(some.stdout, '  1  build  vm\n');
    assert.is((await sbx(['graph', 'biuld'])).code, 2);
  }));

test('`graph` as json: one document, the same facts', () =>
  withProject({ 'Sandboxfile.yaml': SANDBOXFILE }, async ({ sbx }) => {
    const { stdout } = await sbx(['graph', 'publish', '--format', 'json']);
    const { schema, version, project, steps } = JSON.parse(stdout);
    assert.equal([schema, version, project], ['sbx-graph', 1, 'hello']);
    const publish = { id: 'publish', task: 'shell', sandbox: 'local', needs: ['build'], after: ['lint'], layer: 3 };
    assert.equal(
      steps.find(({ id }: GraphStep) => id === 'publish'),
      { ...publish, after: [], layer: 3 },
      'lint is not selected',
    );
    assert.is((await sbx(['graph', 'publish', '--json'])).stdout, stdout);
    const refused = await sbx(['graph', '--format', 'jsn']);
    assert.is(refused.code, 2);
    assert.match(refused.stderr, 'did you mean json?');
  }));

needing('dot')('`graph` as dot: the real dot reads every name', () => {
  const read = JSON.parse(execFileSync('dot', ['-Tjson0'], { input: graphDot('a "project" \\', CHAIN), encoding: 'utf8' }));
  const nodes = read.objects.filter(({ nodes }: { nodes?: unknown }) => nodes === undefined);
  const labels = nodes.map(({ label }: { label: string }) => label.replaceAll('\\\\', '\\'));
  assert.equal([...labels].sort(), [...HOSTILE].sort());
  assert.is(read.edges.length, HOSTILE.length - 1);
});

test('`graph` as mermaid: no name can end its text, begin a directive or markup', () => {
  const text = graphMermaid(CHAIN);
  const node = /^ {4}(s\d+)\["([\p{L}\p{N} _.,:@/-]|#\d+;)+"\]$/u;
  const group = /^ {2}subgraph p\d+\["([\p{L}\p{N} _.,:@/-]|#\d+;)+"\]$/u;
  const edge = /^ {2}s\d+ --> s\d+$/;
  const lines = text.trimEnd().split('\n').slice(1);
  for (const line of lines)
    assert.ok(
      [node, group, edge, /^ {2}end$/].some((form) => form.test(line)),
      line,
    );
  const names = lines.flatMap((line) => (node.test(line) ? [/"(.*)"/.exec(line)?.[1] ?? ''] : []));
  const decoded = names.map((name) => name.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))));
  assert.equal([...decoded].sort(), [...HOSTILE].sort());
});

test.run();
