import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A script that takes memory until the kernel ends it for that. */
export interface Hunger extends Disposable {
  readonly script: string;
  /** What stands in for the kernel, where it cannot be had: for the names of cases. */
  readonly standIn?: string;
}

const MOST = 24 * 2 ** 20;
/** By version of control groups: where one is made, and the files of its bounds. */
const GROUPS = [
  { parent: '/sys/fs/cgroup/memory', bounds: { 'memory.limit_in_bytes': MOST, 'memory.memsw.limit_in_bytes': MOST } },
  { parent: '/sys/fs/cgroup', bounds: { 'memory.max': MOST, 'memory.swap.max': 0 } },
];

/** In a memory control group of its own; where none may be made, a KILL stands in. */
export function makeHunger(): Hunger {
  for (const { parent, bounds } of GROUPS) {
    const group = join(parent, `sbx-hunger-${process.pid}`);
    const end = (): void => {
      try {
        if (existsSync(group)) rmdirSync(group);
      } catch {
        // its last process is not reaped yet
      }
    };
    // Without the bounds of the group it would end by itself, and not be killed.
    const script = `#!/bin/sh\nulimit -v 400000\necho $$ >'${group}/cgroup.procs' || exit 99\nexec tail /dev/zero 2>/dev/null\n`;
    try {
      mkdirSync(group);
      for (const [name, most] of Object.entries(bounds)) if (existsSync(join(group, name))) writeFileSync(join(group, name), String(most));
      if (isKilled(script)) return { script, [Symbol.dispose]: end };
    } catch {
      // no such control groups, or no right to make one
    }
    end();
  }
  return { script: '#!/bin/sh\nkill -s KILL $$\n', standIn: 'KILL in place of the kernel', [Symbol.dispose]() {} };
}

function isKilled(script: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sbx-hunger-'));
  writeFileSync(join(folder, 'script'), script, { mode: 0o755 });
  const ended = spawnSync(join(folder, 'script'), { timeout: 20_000, killSignal: 'SIGTERM' });
  rmSync(folder, { recursive: true });
  return ended.signal === 'SIGKILL';
}
