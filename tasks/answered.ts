import { formatDuration } from '../lib/base/duration.ts';
import { err, ok, type Result } from '../lib/base/result.ts';
import { type Failure, INFRASTRUCTURE } from '../lib/model/failure.ts';
import type { Step } from '../lib/model/project.ts';
import { httpOf, tcpOf } from '../lib/model/ready-text.ts';
import { type Answer, describeReadiness } from '../lib/model/service.ts';
import type { Produced, RunScope } from '../lib/task.ts';
import { textField } from './fields.ts';

// Waits until something answers that is no machine of ours.

export const WAYS = ['tcp', 'http', 'ssh'] as const;
export type Way = (typeof WAYS)[number];

/** Without `timeout`, milliseconds. */
const PATIENCE = 300_000;
/** Between two questions, and for one: a computer that boots takes its time to let somebody in. */
const PAUSES = {
  tcp: { interval: 250, longest: 5000 },
  http: { interval: 250, longest: 5000 },
  ssh: { interval: 1000, longest: 60_000 },
};

interface Asking {
  readonly what: string;
  readonly ask: (signal: AbortSignal) => Promise<Answer>;
  readonly endpoint: string;
}

export async function untilAnswered(step: Step, way: Way, scope: RunScope): Promise<Result<Produced, Failure>> {
  const asking = await askingFor(step, way, scope);
  if (!asking.ok) return asking;
  const { what, ask, endpoint } = asking.value;
  const { untilReady } = await import('../lib/run/ready.ts');
  const deadline = step.timeout ?? PATIENCE;
  let why: string | undefined;
  const asked = async (signal: AbortSignal): Promise<Answer> => {
    const answer = await ask(signal);
    if (answer.is === 'not-yet' && answer.why !== why) scope.note(answer.why === '' ? `no ${what} yet` : `no ${what} yet: ${answer.why}`);
    if (answer.is !== 'ready') why = answer.why;
    return answer;
  };
  const late = (): Result<never, Failure> => {
    const message = `there was no ${what} within ${formatDuration(deadline).replace('.0s', 's')}${why ? `; last: ${why}` : ''}`;
    return err({ code: 'timeout', message });
  };
  try {
    const answer = await untilReady(asked, { deadline, ...PAUSES[way] }, scope.io.clock, scope.signal);
    if (answer.is === 'never') return err({ code: 'task-refused', message: `there will be no ${what}: ${answer.why}` });
    if (answer.is === 'not-yet') return late();
  } catch (thrown) {
    // Its timeout ended it, or the run; that one is told otherwise.
    if (!scope.signal.aborted) throw thrown;
    return late();
  }
  if (why === undefined) scope.note(`there was ${what} already`);
  return ok({ values: { endpoint }, ...(why === undefined ? { untouched: true } : {}) });
}

async function askingFor(step: Step, way: Way, scope: RunScope): Promise<Result<Asking, Failure>> {
  const text = textField(step, way) ?? '';
  if (way === 'ssh') {
    const { host = text } = scope.project.sandboxes.get(text) ?? {};
    const ask = async (signal: AbortSignal): Promise<Answer> => {
      const knocked = await scope.knock(text, signal);
      if (knocked.ok) return { is: 'ready' };
      const { code, message } = knocked.error;
      return { is: INFRASTRUCTURE.has(code) || code === 'auth-failed' ? 'not-yet' : 'never', why: message };
    };
    return ok({ what: `way into ${text}`, ask, endpoint: host });
  }
  const told = readinessOf(way, text);
  if ('wrong' in told) return err({ code: 'task-refused', message: told.wrong, hint: told.hint });
  const { openAsking } = await import('../lib/run/ready.ts');
  const ask = await openAsking(step, told.ready, scope);
  const what = describeReadiness(told.ready).replace(/^an? /, '');
  return ok({ what, ask, endpoint: hostPort(told.ready.host, told.ready.port) });
}

/** An endpoint may say who logs in there. */
export function readinessOf(way: 'tcp' | 'http', text: string): ReturnType<typeof tcpOf> | ReturnType<typeof httpOf> {
  return way === 'tcp' ? tcpOf(text.replace(/^[^@]*@/, '')) : httpOf(text);
}

export function hostPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
