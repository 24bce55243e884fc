/**
 * Says when a far side that nobody hooks is in some phase of a run, and holds it there: programs that it calls only then have stand-ins that come first in its
 * PATH. (The build says by itself that it is under way.)
 */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../rig/patience.ts';
import type { Phase } from './fault.ts';

const TOOL: { readonly [phase in Phase]?: string } = { 'first command': 'uname', sync: 'tar', list: 'head', bytes: 'cat' };

const STAND_IN = `#!/bin/sh
tool=\${0##*/} here=\${0%/bin/*} PATH=\${PATH#*:}
case "$tool $1" in
  'uname -s' | 'tar -xf' | 'cat --') at=$tool ;;
  'head -c') at=; [ ! -e out/sub/data ] || at=$tool ;;
  *) at= ;;
esac
if [ -n "$at" ] && [ -e "$here/closed-$at" ]; then
  : >"$here/reached"
  while [ -e "$here/closed-$at" ]; do sleep 0.05; done
fi
exec "$tool" "$@"
`;

export class Turnstile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = join(folder, 'turnstile');
    mkdirSync(join(this.#folder, 'bin'), { recursive: true });
    writeFileSync(join(this.#folder, 'stand-in'), STAND_IN, { mode: 0o755 });
    for (const tool of Object.values(TOOL)) symlinkSync(join(this.#folder, 'stand-in'), join(this.#folder, 'bin', tool));
  }

  get path(): string {
    return `${join(this.#folder, 'bin')}:${process.env.PATH}`;
  }

  close(phase: Phase): void {
    writeFileSync(join(this.#folder, `closed-${TOOL[phase]}`), '');
  }

  /** When somebody waits before it. */
  reached(phase: Phase): Promise<void> {
    return until(`the phase ${phase}`, () => existsSync(join(this.#folder, 'reached')), 60_000);
  }

  open(phase: Phase): void {
    rmSync(join(this.#folder, `closed-${TOOL[phase]}`), { force: true });
  }
}
