import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../rig/patience.ts';
import { processesWith } from '../rig/processes.ts';
import { type TestProject, withProject } from '../rig/project.ts';

/** Listens on $PORT after $LATE ms and says so, in colour; answers with $ANSWER; ends when a file `die` appears. */
const SERVER = `const http = require('node:http');
const { PORT, LATE = '0', ANSWER = '200' } = process.env;
const server = http.createServer((_, response) => { response.statusCode = Number(ANSWER); response.end('hello'); });
setTimeout(() => server.listen(Number(PORT), '127.0.0.1', () => console.log('\\u001b[32mlistening\\u001b[0m on port ' + PORT)), Number(LATE));
setInterval(() => { if (require('node:fs').existsSync('die')) { console.log('last words'); process.exit(3); } }, 20);
`;
/** Asks it, and keeps the answer. */
const CLIENT = `fetch('http://127.0.0.1:' + process.argv[2]).then(async (r) => require('node:fs').writeFileSync('got', await r.text()));
`;

/** A port that nobody has. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** A project with a server and a client; %P in the text is a free port. Whatever happens, no process of it is left. */
function serving(file: string, use: (project: TestProject, port: number) => Promise<void>): Promise<void> {
  return withProject({ 'server.cjs': SERVER, 'client.cjs': CLIENT }, async (project) => {
    const port = await freePort();
    project.write('Sandboxfile.yaml', `version: 1\nsteps:\n${file.replaceAll('%P', String(port))}`);
    await use(project, port);
    assert.equal(
      processesWith([project.root]).map(({ command }) => command),
      [],
    );
  });
}

const WEB = 'run: "touch started; node server.cjs & wait", service: true, env: { PORT: "%P" }';
const TEST = 'needs: [web], run: node client.cjs %P, outputs: [got]';

for (const [way, ready] of [
  ['tcp', 'tcp: "127.0.0.1:%P"'],
  ['http', 'http: "http://127.0.0.1:%P/health?x=1"'],
  ['http with a status', 'http: "http://127.0.0.1:%P/", status: 200'],
  ['a command', 'command: "node client.cjs %P && rm got"'],
  ['a line', 'line: "^listening on port \\\\d+$"'],
]) {
  test(`a service is ready before its dependents start: ${way}`, () =>
    serving(
      `  web: { ${WEB.replace('env: {', 'env: { LATE: "400",')}, ready: { ${ready} } }\n  test: { ${TEST} }\n`,
      async ({ sbx, read }) => {
        const run = await sbx(['run', 'test']);
        assert.is(run.code, 0, run.stdout + run.stderr);
        assert.is(read('got'), 'hello');
        assert.match(run.stdout, /ready after/);
      },
    ));
}

test('a service starts only if a dependent executes, and what it is counts for the dependents', () =>
  serving(
    `  web: { ${WEB}, ready: { tcp: "127.0.0.1:%P" }, inputs: [server.cjs] }\n  test: { ${TEST}, inputs: [client.cjs] }\n`,
    async ({ sbx, root, write, remove }) => {
      const plan = await sbx(['plan', 'test']);
      assert.match(plan.stdout, /web .*never cached: it is a service/);
      const started = async (): Promise<boolean> => {
        remove('started');
        const run = await sbx(['run', 'test']);
        assert.is(run.code, 0, run.stdout + run.stderr);
        return existsSync(join(root, 'started'));
      };
      assert.ok(await started());
      assert.not(await started());
      assert.match((await sbx(['plan', 'test'])).stdout, /web .*no step that runs needs it/);
      assert.is((await sbx(['status', 'test'])).code, 0);
      remove('got');
      assert.not(await started(), 'restored');
      write('server.cjs', `${SERVER}// another\n`);
      assert.match((await sbx(['plan', 'test'])).stdout, /test .*results of web changed/);
      assert.ok(await started());
      assert.not(await started());
    },
  ));

test('a service holds no slot, and ends with the last of its dependents', () =>
  serving(
    `  web: { ${WEB}, ready: { tcp: "127.0.0.1:%P" } }
  a: { needs: [web], run: node client.cjs %P }
  b: { needs: [web], run: sleep 0.3; node client.cjs %P }
  late: { needs: [a, b], run: "! node client.cjs %P 2>/dev/null" }
`,
    async ({ sbx }) => {
      const run = await sbx(['run', '-j', '1', 'late', '--json']);
      assert.is(run.code, 0, run.stdout + run.stderr);
      const events = run.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const at = (type: string, step: string): number => events.findIndex((one) => one.type === type && one.step === step);
      assert.ok(at('step-finished', 'b') < at('step-finished', 'web'));
      assert.is(events[at('step-finished', 'web')].outcome.is, 'succeeded');
    },
  ));

test('a service ends with its whole process tree after a failure, too: TERM, then KILL after the grace', () =>
  serving(
    `  web: { run: "trap : TERM; node server.cjs & while :; do sleep 0.1; done", service: true, env: { PORT: "%P" }, ready: { tcp: "127.0.0.1:%P" } }
  test: { needs: [web], run: "exit 7" }
`,
    async ({ sbx }) => {
      const run = await sbx(['run', 'test'], { env: { SBX_KILL_GRACE: '300ms' } });
      assert.is(run.code, 1, run.stdout + run.stderr);
      assert.match(run.stdout, /the command exited with 7/);
    },
  ));

test('a service that dies while dependents run fails them with a reason that names it, and its last lines', () =>
  serving(
    `  web: { ${WEB}, ready: { tcp: "127.0.0.1:%P" } }\n  test: { needs: [web], run: "touch die; sleep 60" }\n  more: { needs: [test], run: "true" }\n`,
    async ({ sbx }) => {
      const run = await sbx(['run', 'more', '--json', '-k']);
      assert.is(run.code, 1, run.stdout + run.stderr);
      const ends = new Map(
        run.stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
          .filter(({ type }) => type === 'step-finished')
          .map((one) => [one.step, one.outcome]),
      );
      assert.is(ends.get('web').failure.code, 'service-ended');
      assert.match(ends.get('web').failure.message, 'it ended by itself: the command exited with 0');
      const { failure } = ends.get('test');
      assert.is(failure.code, 'service-ended');
      assert.match(failure.message, 'the service web, which it needs, is gone');
      assert.ok(failure.lastLines.includes('last words'), failure.lastLines);
      assert.equal(ends.get('more').because, { code: 'upstream-failed', step: 'test' });
    },
  ));

test('a service that dies before it is ready fails, with its last lines, and its dependents do not begin', () =>
  serving(
    `  web: { run: "echo cannot open database; exit 5", service: true, ready: { tcp: "127.0.0.1:%P" } }\n  test: { needs: [web], run: touch ran }\n`,
    async ({ sbx, root }) => {
      const run = await sbx(['run', 'test']);
      assert.is(run.code, 1);
      assert.match(run.stdout, /it ended before it was ready: the command exited with 5/);
      assert.match(run.stdout, /cannot open database/);
      assert.match(run.stdout, /test.*web failed/);
      assert.not(existsSync(join(root, 'ran')));
    },
  ));

test('a service that is not ready by its deadline fails, and what was waited for is named', () =>
  serving(
    `  web: { ${WEB.replace('env: {', 'env: { ANSWER: "503",')}, ready: { http: "http://127.0.0.1:%P/", deadline: 6s } }\n  test: { ${TEST} }\n`,
    async ({ sbx }, port) => {
      const run = await sbx(['run', 'test']);
      assert.is(run.code, 1);
      assert.match(
        run.stdout,
        `it was not ready within 6s: waited for an answer from http://127.0.0.1:${port}/; last: it answers with 503`,
      );
      assert.match(run.stdout, 'listening');
    },
  ));

/** Says that it is well, and goes on with its header: whole lines, one line, or a byte now and then. */
const ENDLESS = `const { PORT, HOW } = process.env;
require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.write('HTTP/1.1 200 OK\\r\\n');
  const more = () => {
    if (socket.destroyed) return;
    if (HOW === 'drops') { socket.write('x'); setTimeout(more, 50); return; }
    const text = (HOW === 'lines' ? 'X-More: yes\\r\\n' : 'x').repeat(20000);
    if (socket.write(text)) setImmediate(more); else socket.once('drain', more);
  };
  more();
}).listen(Number(PORT), '127.0.0.1');
`;

for (const [how, why] of [
  ['lines', 'its header has no end'],
  ['line', 'its header has no end'],
  ['drops', 'waited for an answer'],
] as const) {
  test(`an answer whose header never ends (${how}) is none: the service is not ready`, () =>
    serving(
      `  web: { run: node endless.cjs, service: true, env: { PORT: "%P", HOW: ${how} }, ready: { http: "http://127.0.0.1:%P/", deadline: 1500ms, interval: 50ms } }\n  test: { needs: [web], run: touch ran }\n`,
      async ({ sbx, root, write }) => {
        write('endless.cjs', ENDLESS);
        const run = await sbx(['run', 'test']);
        assert.is(run.code, 1, run.stdout + run.stderr);
        assert.match(run.stdout, `it was not ready within 1.5s: waited for an answer`);
        assert.match(run.stdout, why);
        assert.not(existsSync(join(root, 'ran')));
      },
    ));
}

test('a port already in use is told, and the service is not started', () =>
  serving(`  web: { ${WEB}, ready: { tcp: "127.0.0.1:%P" } }\n  test: { ${TEST} }\n`, async ({ sbx, root }, port) => {
    const other = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const run = await sbx(['run', 'test']);
    await new Promise((resolve) => other.close(resolve));
    assert.is(run.code, 1);
    assert.match(run.stdout, `127.0.0.1:${port} is in use`);
    assert.not(existsSync(join(root, 'started')));
  }));

test('named on the command line, a service runs in the foreground until Ctrl-C', () =>
  serving(`  web: { ${WEB}, ready: { tcp: "127.0.0.1:%P" } }\n  test: { ${TEST} }\n`, async ({ sbx, read }, port) => {
    const over = new AbortController();
    let seen = '';
    const running = sbx(['run', 'web', 'test'], { signal: over.signal, seen: (text) => (seen += text) });
    await until('ready', () => seen.includes('ready after'));
    await until('test', () => /test.*succeeded|✔ test|test .*\d/.test(seen));
    await until(
      'an answer',
      async () =>
        (await fetch(`http://127.0.0.1:${port}/`).then(
          (r) => r.text(),
          () => '',
        )) === 'hello',
    );
    over.abort();
    const run = await running;
    assert.is(run.code, 143, run.stdout + run.stderr);
    assert.is(read('got'), 'hello');
  }));

test('Ctrl-C: dependents end first, a service that is not ready at once', () =>
  serving(`  web: { ${WEB}, ready: { tcp: "127.0.0.1:1" } }\n  test: { ${TEST} }\n`, async ({ sbx, root }) => {
    const over = new AbortController();
    const running = sbx(['run', 'test'], { signal: over.signal });
    await until('started', () => existsSync(join(root, 'started')));
    over.abort();
    const run = await running;
    assert.is(run.code, 143, run.stdout + run.stderr);
  }));

test('a service in another place: it is asked there, and ends there', () =>
  withProject({ 'server.cjs': SERVER, 'client.cjs': CLIENT }, async (project) => {
    const port = await freePort();
    project.write(
      'Sandboxfile.yaml',
      `version: 1
sandboxes: { vm: { files: all } }
steps:
  sync: { task: sync, in: vm }
  web: { in: vm, needs: [sync], dir: ., ${WEB}, ready: { tcp: "127.0.0.1:%P" } }
  asked: { in: vm, needs: [sync], run: "echo $HERE > here; sleep 60", service: true, env: { HERE: there }, ready: { command: '[ "$(cat here)" = $HERE ]' } }
  test: { in: vm, needs: [web, asked], run: "node client.cjs %P && cat got here" }
`.replaceAll('%P', String(port)),
    );
    const run = await project.sbx(['run', 'test']);
    assert.is(run.code, 0, run.stdout + run.stderr);
    assert.match(run.stdout, 'hellothere');
    assert.not(existsSync(join(project.root, 'here')));
    await until('its end', () => processesWith([project.root, project.home]).length === 0);
  }));

test('services may need services', () =>
  serving(
    `  db: { ${WEB}, ready: { tcp: "127.0.0.1:%P" } }
  web: { needs: [db], run: "node client.cjs %P; echo up; sleep 60", service: true, ready: { line: up } }
  test: { needs: [web], run: node client.cjs %P }
`,
    async ({ sbx }) => {
      const run = await sbx(['run', 'test', '--json']);
      assert.is(run.code, 0, run.stdout + run.stderr);
      const ends = run.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ type }) => type === 'step-finished');
      assert.equal(
        ends.map(({ step }) => step),
        ['test', 'web', 'db'],
      );
    },
  ));

test.run();
