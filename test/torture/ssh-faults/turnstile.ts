/**
 * Says when a far side that nobody hooks is in some phase of a run, and holds it there: programs that it calls only then have stand-ins that come first in its
 * PATH. (The build says by itself that it is under way.) The `date` there is off as a file says.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../rig/patience.ts';
import type { Phase } from './phases.ts';

const TOOL: { readonly [phase in Phase]?: string } = { connect: 'uname', sync: 'tar', fetch: 'cat', teardown: 'find' };

const STAND_IN = `#!/bin/sh
tool=\${0##*/} here=\${0%/bin/*} PATH=\${PATH#*:}
case "$tool $*" in
  'uname -s' | 'tar -xf'* | 'cat --'*) at=$tool ;;
  'find . ! -name . -prune ! -name .sbx -exec rm'*) at=$tool ;;
  'date '*) at= ; [ ! -e "$here/off" ] || set -- -d "$(cat "$here/off")" "$@" ;;
  *) at= ;;
esac
if [ -n "$at" ] && [ -e "$here/closed-$at" ]; then
  echo $$ >"$here/new"
  mv "$here/new" "$here/reached"
  while [ -e "$here/closed-$at" ]; do sleep 0.05; done
  [ ! -e "$here/hungry" ] || exec "$here/hungry"
fi
exec "$tool" "$@"
`;

export class Turnstile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'turnstile');
    mkdirSync(join(this.#folder, 'bin'), { recursive: true });
    writeFileSync(join(this.#folder, 'stand-in'), STAND_IN, { mode: 0o755 });
    for (const tool of ['date', ...Object.values(TOOL)]) symlinkSync(join(this.#folder, 'stand-in'), join(this.#folder, 'bin', tool));
  }

  get path(): string {
    return `${join(this.#folder, 'bin')}:${process.env.PATH}`;
  }

  close(phase: Phase): void {
    writeFileSync(join(this.#folder, `closed-${TOOL[phase]}`), '');
  }

  /** When somebody waits before it: which process. */
  async reached(phase: Phase): Promise<number> {
    await until(`the phase ${phase}`, () => existsSync(join(this.#folder, 'reached')), 60_000);
    return Number(readFileSync(join(this.#folder, 'reached'), 'utf8'));
  }

  open(phase: Phase): void {
    rmSync(join(this.#folder, `closed-${TOOL[phase]}`), { force: true });
  }

  /** Who waits becomes this script when it goes on. */
  turn(script: string): void {
    writeFileSync(join(this.#folder, 'hungry'), script, { mode: 0o755 });
  }

  /** What the clock there says, as `date -d` takes it; undefined: what it is. */
  clock(off: string | undefined): void {
    if (off === undefined) rmSync(join(this.#folder, 'off'), { force: true });
    else writeFileSync(join(this.#folder, 'off'), off);
  }

  /** Nobody is turned into anything any more. */
  mend(): void {
    for (const name of ['hungry', 'off']) rmSync(join(this.#folder, name), { force: true });
  }
}
