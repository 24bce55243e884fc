import { posix } from 'node:path';
import { digestOf } from '../lib/base/digest.ts';
import { globsBelow } from '../lib/base/glob.ts';
import { shellQuote } from '../lib/base/quote.ts';
import { err, ok, type Result } from '../lib/base/result.ts';
import { newTail } from '../lib/base/tail.ts';
import type { Compose } from '../lib/compose/find.ts';
import type { Stack } from '../lib/compose/stack.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Reads } from '../lib/model/plan.ts';
import type { Step } from '../lib/model/project.ts';
import type { Session } from '../lib/model/sandbox.ts';
import type { Answer } from '../lib/model/service.ts';
import type { PlanScope, Produced, RunScope, Task } from '../lib/task.ts';
import { textField } from './fields.ts';

/** Between two looks once all is up, milliseconds. */
const WATCHING = 3000;
/** Of what `compose up` says so much is kept to see what it means, in bytes. */
const SAID = 8192;

/** Services of a compose file, up and healthy as long as a step needs them. */
export const compose: Task = {
  name: 'compose',
  summary:
    'A service: brings the containers of a compose file up in its sandbox, is ready when they are healthy, and takes them down after the last step that needs it.',
  example: `stack:
  task: compose
  in: vm
  needs: [sync]
  file: compose.yaml
  ready: { deadline: 5m }`,
  fields: {
    file: {
      kind: 'string',
      description: 'The compose file, from the folder of the step.',
      default: 'compose.yaml',
      examples: ['deploy/compose.yaml'],
    },
    command: {
      kind: 'string',
      description:
        'How compose is called there. Without: what SANDBOXER_COMPOSE_CMD says here, else the first that works of `docker compose`, `podman-compose`, `podman compose`, `docker-compose`.',
      examples: ['podman-compose', 'sudo docker compose'],
    },
  },
  service: { deadline: 600_000, interval: 1000 },
  refuses: ['run', 'shell', 'outputs', 'values', 'state', 'cache', 'interactive', 'service', 'tools'],
  plan: (step, scope) => ({
    value: {
      title: `${textField(step, 'file')} up in ${step.sandbox}`,
      settings: { file: textField(step, 'file') ?? '' },
      reads: readsOf(step, scope),
      makes: { is: 'nothing' },
      workspace: 'shares',
    },
    diagnostics: [],
  }),
  async run({ step }, scope) {
    const session = await scope.session();
    if (!session.ok) return session;
    const workspace = await scope.workspace();
    if (!workspace.ok) return workspace;
    const { findCompose } = await import('../lib/compose/find.ts');
    const wanted = textField(step, 'command') || scope.io.environment.get('SANDBOXER_COMPOSE_CMD') || undefined;
    const found = await findCompose(session.value, wanted, scope.signal);
    if (!found.ok) return found;
    const folder = posix.join(workspace.value, step.dir);
    return serve(session.value, found.value, { folder, file: posix.join(folder, textField(step, 'file') ?? '') }, step, scope);
  },
};

/** All that the files of the project say counts, unless `inputs` says less: what a compose file mounts and builds is anywhere. */
function readsOf(step: Step, { sandbox }: PlanScope): Reads {
  const globs = step.inputs === undefined ? undefined : globsBelow(step.dir, [...step.inputs, textField(step, 'file') ?? '']);
  return sandbox.kind === 'local' ? { is: 'files', globs: globs ?? ['**'] } : { is: 'arrived', globs };
}

/** From the first container to the last. It ends by itself only where something is wrong. */
async function serve(
  session: Session,
  called: Compose,
  at: { readonly folder: string; readonly file: string },
  step: Step,
  scope: RunScope,
): Promise<Result<Produced, Failure>> {
  const { signal } = scope;
  const [{ needsFullNames }, { readComposeFile }, { takeDown }] = await Promise.all([
    import('../lib/compose/find.ts'),
    import('../lib/compose/file.ts'),
    import('../lib/compose/stack.ts'),
  ]);
  const file = await readComposeFile(session, at.file, signal);
  if (!file.ok) return file;
  const [short] = needsFullNames(called) ? file.value.short : [];
  if (short !== undefined) return err(shortName(short));
  // Of this checkout, place and step: what a killed run left has the same name, and no other run can be at it.
  const project = `sbx-${digestOf([scope.checkout, step.sandbox, step.id].join('\0')).slice(0, 16)}`;
  const stack: Stack = { engine: called.engine, project };
  const left = await takeDown(session, stack, true, signal);
  if (!left.ok) return left;
  if (left.value > 0) scope.note(`took down what an earlier run left of it: ${left.value} containers`);
  const owned = scope.ownedAs({ kind: 'compose', facts: { engine: called.engine.join(' ') } });
  owned.intent(project);
  try {
    const up = await bringUp(session, called, project, at, scope);
    if (!up.ok) return up;
    owned.created(project);
    return await attend(session, stack, file.value.services, step, scope);
  } finally {
    await bringDown(session, stack, owned, scope);
  }
}

/** Its containers outlive the command, so they must not bear the tags by which what a command started is found and ended. */
async function bringUp(
  session: Session,
  { compose: words }: Compose,
  project: string,
  { folder, file }: { readonly folder: string; readonly file: string },
  scope: RunScope,
): Promise<Result<void, Failure>> {
  const line = [...words, '-p', project, '-f', file, 'up', '-d'].map(shellQuote).join(' ');
  const { env, killGrace, attempt, run, signal, hurry } = scope;
  const said = newTail(SAID);
  const exit = await session.supervise(
    {
      script: { shell: 'sh', text: `unset SBX_RUN SBX_ATTEMPT SBX_TREE\nexec ${line} </dev/null`, variables: [], source: line },
      cwd: folder,
      env,
      killGrace,
      attempt,
      run,
    },
    {
      signal,
      hurry,
      output: (chunk) => {
        said.add(chunk);
        scope.output(chunk);
      },
    },
  );
  if (!exit.ok) return exit;
  // podman-compose ends with 0 whatever podman said.
  if (/address already in use|port is already allocated|proxy already running/i.test(said.text())) return err(portTaken());
  if ('code' in exit.value && exit.value.code === 0) return ok(undefined);
  const how = 'code' in exit.value ? `exited with ${exit.value.code}` : `was ended by ${exit.value.signal}`;
  return err({ code: 'command-failed', message: `\`${words.join(' ')} up\` ${how}`, command: line });
}

/** Says how they are until the run has enough of it, or one of them is not what it should be. */
async function attend(
  session: Session,
  stack: Stack,
  services: readonly string[],
  step: Step,
  scope: RunScope,
): Promise<Result<Produced, Failure>> {
  const { signal, io } = scope;
  const [{ judge, downfall }, { look, checkHealth }] = await Promise.all([
    import('../lib/compose/containers.ts'),
    import('../lib/compose/stack.ts'),
  ]);
  /** The last check of each container that has one, and since when it is the last. */
  const checks = new Map<string, { readonly last: string; readonly since: number }>();
  const interval = step.service?.interval ?? WATCHING;
  let isUp = false;
  for (;;) {
    const seen = await look(session, stack, signal);
    if (!seen.ok) return seen;
    const why = isUp ? downfall(seen.value) : undefined;
    if (why !== undefined) return err({ code: 'service-ended', message: why });
    const answer: Answer | undefined = isUp ? undefined : judge(services, seen.value);
    if (answer?.is === 'never') return err({ code: 'service-ended', message: answer.why });
    if (answer !== undefined) scope.ready(answer);
    isUp ||= answer?.is === 'ready';
    for (const { id, health } of isUp ? [] : seen.value) {
      if (health === undefined) continue;
      const before = checks.get(id);
      const now = io.clock.monotonic();
      if (before?.last !== health.last) checks.set(id, { last: health.last, since: now });
      else if (now - before.since > health.interval) await checkHealth(session, stack, id, signal);
    }
    await io.clock.sleep(isUp ? Math.max(interval, WATCHING) : interval, signal);
  }
}

/** Whatever became of the run: only a second Ctrl-C takes from the containers the time to end. */
async function bringDown(session: Session, stack: Stack, owned: ReturnType<RunScope['ownedAs']>, scope: RunScope): Promise<void> {
  const [{ limitOf }, { logsOf, takeDown }] = await Promise.all([import('../lib/io/limit.ts'), import('../lib/compose/stack.ts')]);
  using reading = limitOf(scope.hurry, 20_000);
  if (!scope.hurry.aborted) scope.output(await logsOf(session, stack, reading.signal));
  owned.destroying(stack.project);
  using patience = limitOf(scope.hurry, 120_000);
  const gently = scope.hurry.aborted ? undefined : await takeDown(session, stack, false, patience.signal);
  using hurry = limitOf(new AbortController().signal, 20_000);
  let down = gently?.ok ? gently : await takeDown(session, stack, true, hurry.signal);
  if (!down.ok && down.error.code === 'link-lost') {
    const anew = await scope.session(); // another one, where a step that needed it has lost the link as well
    if (anew.ok) down = await takeDown(anew.value, stack, false, patience.signal);
  }
  if (down.ok) owned.destroyed(stack.project);
  else scope.note(`${stack.project} may be up still: ${down.error.message}; \`sbx reap\` takes it down`);
}

function shortName({ service, image }: { readonly service: string; readonly image: string }): Failure {
  const full = image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`;
  return {
    code: 'task-refused',
    message: `the image \`${image}\` of ${service} does not say its registry`,
    hint: `write for example \`${full}\``,
  };
}

function portTaken(): Failure {
  const hint = 'end what listens there (ss -ltnp names it), or let compose choose: `ports: ["127.0.0.1::80"]`';
  return { code: 'port-in-use', message: 'a port that it publishes is in use there', hint };
}
