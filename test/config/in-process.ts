import { inside } from '../rig/inside.ts';

export interface Said {
  readonly code: number | null;
  /** Both streams. */
  readonly text: string;
  /** Milliseconds of processor time. */
  readonly cpu: number;
}

/** An invocation of sbx in this process, and what it costs: for queries, which leave nothing behind. */
export async function invoke(args: readonly string[], cwd: string, home: string): Promise<Said> {
  const before = process.cpuUsage();
  const { code, stdout, stderr } = await inside(args, { cwd, home });
  const { user, system } = process.cpuUsage(before);
  return { code, text: stdout + stderr, cpu: (user + system) / 1000 };
}
