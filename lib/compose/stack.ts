import { err, ok, type Result } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';
import type { Failure } from '../model/failure.ts';
import type { ProgramEnd, Session } from '../model/sandbox.ts';
import { type Container, containersOf } from './containers.ts';

// A compose project that is up, by its name alone: its file may be gone. What compose made bears its label, whichever compose it was.

export interface Stack {
  /** The words of the program that has the containers, `docker` or `sudo podman`. */
  readonly engine: readonly string[];
  /** The name of the compose project. */
  readonly project: string;
}

/** In all of them: $1 project, then the words of the engine. */
const IDS = 'project=$1; shift\nlabel="label=com.docker.compose.project=$project"\nids() { "$@" ps -aq --filter "$label"; }\n';

const LOOK = `${IDS}ids=$(ids "$@") || exit
[ -z "$ids" ] || "$@" inspect --type container $ids`;

/** A line of logs is said with its service in front. */
const LOGS = `${IDS}set -f
for id in $(ids "$@"); do
  service=$("$@" inspect --type container --format '{{index .Config.Labels "com.docker.compose.service"}}' "$id") || continue
  "$@" logs --tail 40 "$id" 2>&1 | while IFS= read -r line || [ -n "$line" ]; do printf '%s | %s\\n' "$service" "$line"; done
done`;

/**
 * $1 is `now` or empty. Containers with their anonymous volumes, then what they used: pods of podman-compose, networks, volumes, images that were built under the
 * name of the project. Asked again at the end, since a daemon may still make what it was told before. Says how many containers there were.
 */
const TAKE_DOWN = `now=$1; shift
${IDS}set -f
count=0 round=0
while ids=$(ids "$@") || exit; [ -n "$ids" ]; do
  round=$((round + 1))
  [ "$round" -le 3 ] || { echo 'there are containers that cannot be removed' >&2; exit 1; }
  for id in $ids; do count=$((count + 1)); done
  "$@" stop \${now:+-t 0} $ids >/dev/null 2>&1
  "$@" rm -f -v $ids >/dev/null || [ "$round" -lt 3 ] || exit
done
"$@" pod rm -f "pod_$project" >/dev/null 2>&1
for kind in network volume; do
  found=$("$@" $kind ls -q --filter "$label") || exit
  [ -z "$found" ] || "$@" $kind rm $found >/dev/null || exit
done
"$@" images --format '{{.Repository}}:{{.Tag}}' | while IFS= read -r image; do
  case \${image##*/} in "$project"[-_]*) "$@" rmi "$image" >/dev/null || exit ;; esac
done || exit
echo "$count"`;

/** Its containers, as they are now. */
export async function look(session: Session, stack: Stack, signal: AbortSignal): Promise<Result<readonly Container[], Failure>> {
  const end = await session.program(LOOK, wordsOf(stack), { signal });
  const text = textOf(end, 'asked');
  if (!text.ok) return text;
  const containers = containersOf(text.value);
  return containers === undefined ? err(failed('asked', 'its answer to `inspect` is not JSON')) : ok(containers);
}

/**
 * Where there is no systemd, podman makes no health check by itself. One that was made beside those of the engine says no more and no less, and docker has no such
 * command.
 */
export async function checkHealth(session: Session, { engine }: Stack, id: string, signal: AbortSignal): Promise<void> {
  using limit = limitOf(signal, 30_000);
  await session.program('"$@" >/dev/null 2>&1', [...engine, 'healthcheck', 'run', id], { signal: limit.signal });
}

/** The last lines of each container. */
export async function logsOf(session: Session, stack: Stack, signal: AbortSignal): Promise<Uint8Array> {
  const end = await session.program(LOGS, wordsOf(stack), { signal });
  return end.ok ? end.value.stdout : new Uint8Array();
}

/** Nothing of the project is left after success. Gives how many containers there were. `now`: none is given the time to end. Again is no error. */
export async function takeDown(session: Session, stack: Stack, now: boolean, signal: AbortSignal): Promise<Result<number, Failure>> {
  const end = await session.program(TAKE_DOWN, [now ? 'now' : '', ...wordsOf(stack)], { signal });
  const text = textOf(end, 'taken down');
  return text.ok ? ok(Number(text.value)) : text;
}

function wordsOf({ engine, project }: Stack): readonly string[] {
  return [project, ...engine];
}

function textOf(end: Result<ProgramEnd, Failure>, what: string): Result<string, Failure> {
  if (!end.ok) return end;
  const { exit, stdout, stderr } = end.value;
  if ('code' in exit && exit.code === 0) return ok(Buffer.from(stdout).toString());
  return err(failed(what, stderr.trim().split('\n').at(-1) ?? ''));
}

function failed(what: string, why: string): Failure {
  return { code: 'command-failed', message: `the containers cannot be ${what}: ${why}` };
}
