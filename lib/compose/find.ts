import { posix } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';
import type { Failure } from '../model/failure.ts';
import type { Session } from '../model/sandbox.ts';

/** How compose is called in a place, as words, and the program behind it that has the containers. */
export interface Compose {
  readonly compose: readonly string[];
  readonly engine: readonly string[];
}

/** In the order in which they are tried. */
const USUAL: readonly string[] = ['docker compose', 'podman-compose', 'podman compose', 'docker-compose'];
/** For all of them, milliseconds: a daemon that does not answer is not there. */
const PATIENCE = 30_000;

/** Each of `$@` is `COMPOSE|ENGINE`. The first of which both answer is said behind `+`; of those before, behind `-`, what they said last. */
const FIND = `set -f
for both; do
  compose=\${both%%'|'*} engine=\${both#*'|'}
  if why=$($engine ps -q 2>&1 >/dev/null </dev/null) && why=$($compose version 2>&1 >/dev/null </dev/null); then
    printf '+%s\\n' "$both"
    exit
  fi
  printf -- '-%s: %s\\n' "$compose" "$(printf '%s\\n' "$why" | tail -n 1)"
done`;

/** `wanted`: how the user calls it; undefined: the first usual one that works there. */
export async function findCompose(session: Session, wanted: string | undefined, signal: AbortSignal): Promise<Result<Compose, Failure>> {
  const candidates: Compose[] = [];
  for (const text of wanted === undefined ? USUAL : [wanted]) {
    const compose = composeOf(text);
    if (compose === undefined) return err(unknown(text));
    candidates.push(compose);
  }
  using limit = limitOf(signal, PATIENCE);
  const words = candidates.map(({ compose, engine }) => `${compose.join(' ')}|${engine.join(' ')}`);
  const end = await session.program(FIND, words, { signal: limit.signal });
  if (!end.ok && !limit.deadline.aborted) return end;
  const lines = end.ok ? Buffer.from(end.value.stdout).toString().split('\n') : ['-no answer in time'];
  const found = candidates[words.findIndex((both) => lines.includes(`+${both}`))];
  if (found !== undefined) return ok(found);
  const tried = lines.filter((line) => line.startsWith('-')).map((line) => line.slice(1));
  const message = wanted === undefined ? 'compose is not there, or what it needs does not run' : `\`${wanted}\` does not work there`;
  const hint = 'install docker or podman with compose there, or name the command: `command:` of the step, or SANDBOXER_COMPOSE_CMD';
  return err({ code: 'command-missing', message, hint, lastLines: tried });
}

/** Its words up to `compose`; without that one word, or that end of one, they are the engine: `sudo podman-compose` is of `sudo podman`. */
function composeOf(text: string): Compose | undefined {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const at = words.findIndex((word) => /(^|[^-]-)compose$/.test(posix.basename(word)));
  const word = words[at];
  if (word === undefined || words.some((one) => one.includes('|'))) return undefined;
  const program = word === 'compose' ? [] : [word.replace(/-?compose$/, '')];
  const engine = [...words.slice(0, at), ...program];
  return engine.length === 0 || engine.includes('') ? undefined : { compose: words, engine };
}

function unknown(text: string): Failure {
  const hint = 'a command that ends in `compose`, for example `docker compose`, `podman-compose` or `sudo docker compose`';
  return { code: 'task-refused', message: `\`${text}\` is no command of compose`, hint };
}

/** podman asks for nothing that a short name may mean; docker takes Docker Hub. */
export function needsFullNames({ engine }: Compose): boolean {
  return engine.some((word) => posix.basename(word) === 'podman');
}
