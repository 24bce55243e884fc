/**
 * Stand-ins for the programs with which the far side changes its disk. They are first in the PATH of one invocation; each does what it stands for, and one of
 * them ends the program of sbx that called it, and all beside it, by SIGKILL. What a step of the user's calls is left alone.
 */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashPoint } from './dying.ts';

const TOOLS = ['cat', 'chmod', 'cp', 'ln', 'mkdir', 'mv', 'rm', 'rmdir', 'sort', 'tar', 'touch'];
/** What reads and writes at length: a crash can leave half of it. */
const TEARS: ReadonlySet<string> = new Set(['cat', 'sort', 'tar']);

/** A call of one of them. */
export interface FarCall {
  readonly tool: string;
  /** Its words, the same in each run. */
  readonly says: string;
  readonly tears: boolean;
}

/** `fatal`: tool, how manieth call of it from 1, and when, if one is to be the last. */
const STAND_IN = `#!/bin/sh
tool=\${0##*/} here=\${0%/bin/*} PATH=\${PATH#*:}
[ -z "$SBX_ATTEMPT" ] || exec "$tool" "$@"
n=1
until (set -C; : >"$here/calls/$tool.$n") 2>/dev/null; do n=$((n + 1)); done
printf '%s %s\\n' "$tool" "$(printf '%s ' "$@" | tr '\\n' ' ')" >>"$here/log"
last= nth= when=
[ ! -f "$here/fatal" ] || read -r last nth when <"$here/fatal"
[ "$tool $n" = "$last $nth" ] || exec "$tool" "$@"
: >"$here/struck"
case $when in
  after) "$tool" "$@" ;;
  torn) if [ "$tool" = tar ]; then head -c 1200 | tar "$@"; else "$tool" "$@" | head -c 9; fi ;;
esac
kill -s KILL 0
`;

export class FarTools {
  readonly #folder: string;

  constructor(base: string, fatal?: CrashPoint) {
    this.#folder = join(base, 'far-tools');
    for (const part of ['bin', 'calls']) mkdirSync(join(this.#folder, part), { recursive: true });
    const standIn = join(this.#folder, 'stand-in');
    writeFileSync(standIn, STAND_IN, { mode: 0o755 });
    for (const tool of TOOLS) symlinkSync(standIn, join(this.#folder, 'bin', tool));
    if (fatal) writeFileSync(join(this.#folder, 'fatal'), `${fatal.name} ${fatal.nth + 1} ${fatal.when}\n`);
  }

  get path(): string {
    return `${join(this.#folder, 'bin')}:${process.env.PATH}`;
  }

  get hasStruck(): boolean {
    return existsSync(join(this.#folder, 'struck'));
  }

  calls(base: string): readonly FarCall[] {
    const log = join(this.#folder, 'log');
    if (!existsSync(log)) return [];
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    return lines.map((line) => {
      const tool = line.slice(0, line.indexOf(' '));
      const says = line
        .trim()
        .replaceAll(`${base}/`, '')
        .replace(/[0-9a-f]{8,}/g, '*')
        .replace(/\.\d+\b/g, '.*')
        .slice(0, 100);
      return { tool, says, tears: TEARS.has(tool) };
    });
  }
}
