import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findCompose } from '../../lib/compose/find.ts';
import { withFolder } from '../rig/folder.ts';
import { plainSession } from '../sync/session.ts';

const SIGNAL = new AbortController().signal;

/** Programs that answer what `answers` says: `docker ps` -> exit code; all others are not there. */
function among(programs: { readonly [name: string]: string }, wanted?: string): Promise<string> {
  return withFolder(async (folder) => {
    mkdirSync(join(folder, 'bin'));
    for (const [name, text] of Object.entries(programs))
      writeFileSync(join(folder, 'bin', name), `#!/usr/bin/sh\n${text}\n`, { mode: 0o755 });
    const session = plainSession(folder);
    for (const tool of ['sh', 'tail']) symlinkSync(`/usr/bin/${tool}`, join(folder, 'bin', tool));
    const path = `export PATH='${folder}/bin'; `;
    const program: typeof session.program = (text, args, streams) => session.program(path + text, args, streams);
    const found = await findCompose({ ...session, program } as typeof session, wanted?.replace('BIN', `${folder}/bin`), SIGNAL);
    if (!found.ok) return [found.error.code, found.error.message, ...(found.error.lastLines ?? [])].join('\n');
    return [found.value.compose, found.value.engine]
      .map((words) => words.join(' '))
      .join(' | ')
      .replaceAll(folder, '');
  });
}

const DAEMON = '[ "$1" = compose ] || { echo "Cannot connect to the Docker daemon" >&2; exit 1; }';
const NO_PLUGIN = '[ "$1" = ps ] || { echo "docker: \'compose\' is not a docker command." >&2; exit 1; }';

test('the first usual one is found of which both compose and its engine answer', async () => {
  assert.is(await among({ docker: '' }), 'docker compose | docker');
  assert.is(await among({ docker: DAEMON, 'docker-compose': '', 'podman-compose': '', podman: '' }), 'podman-compose | podman');
  assert.is(await among({ docker: NO_PLUGIN, 'docker-compose': '' }), 'docker-compose | docker');
  assert.is(await among({ docker: NO_PLUGIN, podman: '' }), 'podman compose | podman');
});

test('what the user calls it is taken, and its engine is the same less compose', async () => {
  assert.is(await among({ docker: '', podman: '', 'podman-compose': '' }, 'BIN/podman-compose'), '/bin/podman-compose | /bin/podman');
  assert.is(
    await among({ sudo: 'exec "$@"', docker: '' }, ' sudo  docker compose --ansi never'),
    'sudo docker compose --ansi never | sudo docker',
  );
  assert.match(await among({ docker: '' }, 'docker'), /^task-refused\n`docker` is no command of compose/);
  assert.match(await among({ docker: '' }, 'compose'), /^task-refused\n/);
});

test('where none is there it is said what each of them answered', async () => {
  const said = await among({ docker: DAEMON });
  assert.match(
    said,
    /^command-missing\ncompose is not there, or what it needs does not run\ndocker compose: Cannot connect to the Docker daemon\npodman-compose: /,
  );
  assert.match(await among({}, 'podman-compose'), /^command-missing\n`podman-compose` does not work there\npodman-compose: /);
});

test.run();
