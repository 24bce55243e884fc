// The figures that sbx promises, judged within one run.
import type { Result } from './cases.ts';
import { farBounds } from './far/goals.ts';

export interface Bound {
  readonly says: string;
  readonly measured: string;
  readonly holds: boolean;
}

/** A bound whose case was not measured does not hold. */
export function boundsOf(results: readonly Result[]): Bound[] {
  const cpu = (name: string, tool: string): number => results.find((one) => one.case === name && one.tool === tool)?.cpu ?? Number.NaN;
  const ratio = (says: string, name: string, tool: string, most: number): Bound => {
    const value = cpu(name, tool) / cpu(name, 'node, empty file');
    return {
      says: `${says}: at most ${most} times a bare node start`,
      measured: Number.isNaN(value) ? 'not measured' : value.toFixed(2),
      holds: value <= most,
    };
  };
  const most = (says: string, value: number | undefined, limit: number, unit: string): Bound => ({
    says: `${says}: at most ${limit} ${unit}`,
    measured: value === undefined ? 'not measured' : `${value.toFixed(1)} ${unit}`,
    holds: value !== undefined && value <= limit,
  });
  const memory = results.find((one) => one.case === 'no-op, 1,000 steps' && one.tool === 'sbx')?.memory;
  const executed = results.find((one) => one.tool === 'sbx run, all executed')?.memory;
  const overhead = results.find((one) => one.case === 'overhead per executed step' && one.tool === 'sbx')?.cpu;
  return [
    ratio('no-op of 1,000 steps, CPU', 'no-op, 1,000 steps', 'sbx', 4.5),
    ratio('no-op of 10,000 inputs, CPU', 'no-op, 10 steps with 10,000 inputs', 'sbx', 6.5),
    ratio('--help, CPU', 'start-up', 'sbx --help', 1.75),
    most('CPU overhead per executed step', overhead, 2.5, 'ms'),
    most('peak memory of a no-op of 1,000 steps', memory, 80, 'MiB'),
    most('peak memory when 1,000 steps are executed', executed, 80, 'MiB'),
    ...farBounds(results),
  ];
}
