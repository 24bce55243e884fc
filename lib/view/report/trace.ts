import { LOCAL, type SandboxName } from '../../model/project.ts';
import type { RunReport, StepReport } from './report.ts';

/** One event of the Trace Event Format. Times in microseconds. */
type TraceEvent = { readonly ph: 'X' | 'M'; readonly pid: number; readonly tid: number; readonly name: string } & Record<string, unknown>;

/** The run for Perfetto and chrome://tracing: a process is a place, a thread is a lane of it; thread 0 of a place is its connection. */
export function reportTrace({ run, project, sbx, startedAt, steps, places, critical }: RunReport): string {
  const names = [...new Set<SandboxName>([LOCAL, ...steps.map(({ sandbox }) => sandbox), ...places.map(({ sandbox }) => sandbox)])];
  const pid = new Map(names.map((name, at) => [name, at + 1]));
  const path = new Set(critical.steps);
  const events: TraceEvent[] = [];
  for (const [name, id] of pid) {
    const lanes = steps.reduce((most, step) => (step.sandbox === name ? Math.max(most, (step.lane ?? -1) + 1) : most), 0);
    events.push({ ph: 'M', pid: id, tid: 0, name: 'process_name', args: { name } });
    events.push({ ph: 'M', pid: id, tid: 0, name: 'process_sort_index', args: { sort_index: id } });
    if (name !== LOCAL) events.push({ ph: 'M', pid: id, tid: 0, name: 'thread_name', args: { name: 'connection' } });
    for (let lane = 1; lane <= lanes; lane++)
      events.push({ ph: 'M', pid: id, tid: lane, name: 'thread_name', args: { name: `lane ${lane}` } });
  }
  for (const { sandbox, target, start, ms, state } of places)
    events.push({
      ph: 'X',
      pid: pid.get(sandbox) ?? 0,
      tid: 0,
      name: `connect to ${target}`,
      cat: state,
      ts: start * 1000,
      dur: ms * 1000,
    });
  for (const step of steps) if (step.start !== undefined) events.push(stepEvent(step, pid.get(step.sandbox) ?? 0, path.has(step.id)));
  return `${JSON.stringify({ traceEvents: events, displayTimeUnit: 'ms', otherData: { run, project, sbx, startedAt } })}\n`;
}

function stepEvent(
  { id, title, task, ended, why, needs, after, start = 0, ms, lane = 0, attempts }: StepReport,
  pid: number,
  critical: boolean,
): TraceEvent {
  const args = { title, task, why, needs, ...(after.length > 0 ? { after } : {}), attempts, critical };
  return { ph: 'X', pid, tid: lane + 1, name: id, cat: ended, ts: start * 1000, dur: ms * 1000, args };
}
