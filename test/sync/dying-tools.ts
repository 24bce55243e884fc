import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../../lib/model/sandbox.ts';
import { findProgram } from '../rig/needing.ts';
import { plainSession } from './session.ts';

const TOOLS =
  'cat chmod cmp comm cp cut find head id ln mkdir mv rm rmdir rsync sed sh sha256sum sort sync tail tar touch tr uname uniq xargs'.split(
    ' ',
  );

/** What it printed before it was killed: nothing, or the beginning. */
export type Dying = 'at once' | 'half';

/** Stand-ins for the tools that the programs of sbx call on the far side; in some call, and in no other, one of them is killed as the system kills what takes too much memory. */
export class DyingTools {
  readonly #folder: string;
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
    this.#folder = join(home, 'dying');
    mkdirSync(join(this.#folder, 'bin'), { recursive: true });
    for (const tool of TOOLS) {
      const real = findProgram(tool);
      if (real === undefined) continue;
      const text = `#!/bin/sh
n=1
set -C
until { command : >"${this.#folder}/calls/$n"; } 2>/dev/null; do n=$((n + 1)); done
set +C
case "call $n, ${tool} $*" in
  *"$DYING"*) [ ! -e "${this.#folder}/struck" ] || exec ${real} "$@" ;;
  *) exec ${real} "$@" ;;
esac
printf '%s ' ${tool} "$@" >"${this.#folder}/struck"
[ "$HOW" = 'at once' ] || ${real} "$@" | head -z -n 5
kill -s KILL $$
`;
      writeFileSync(join(this.#folder, 'bin', tool), text);
      chmodSync(join(this.#folder, 'bin', tool), 0o755);
    }
  }

  /** In which the first tool dies whose call holds these words: `call 7,` or some of its own. */
  session(words: string, how: Dying): Session {
    for (const name of ['calls', 'struck']) rmSync(join(this.#folder, name), { recursive: true, force: true });
    mkdirSync(join(this.#folder, 'calls'));
    const PATH = `${join(this.#folder, 'bin')}:${process.env.PATH}`;
    return plainSession(this.#home, { PATH, DYING: words, HOW: how });
  }

  /** Calls since the last session began. */
  get calls(): number {
    return readdirSync(join(this.#folder, 'calls')).length;
  }

  /** The call that was struck; undefined if none was. */
  get struck(): string | undefined {
    const file = join(this.#folder, 'struck');
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }
}
