import type { Answer } from '../model/service.ts';

// What the engine says of the containers of a project, and what follows from it. Knows nothing of how it is asked.

export interface Container {
  readonly id: string;
  /** Its service. */
  readonly service: string;
  /** As the engine calls it: created, running, restarting, exited, ... */
  readonly status: string;
  readonly exitCode: number;
  /** Whether the engine starts it again when it has ended. */
  readonly restarts: boolean;
  /** Undefined: it has no health check. */
  readonly health: Health | undefined;
}

interface Health {
  readonly status: string;
  /** What the last check said. */
  readonly said: string;
  /** Differs when another check has been made. */
  readonly last: string;
  /** Milliseconds between two checks. */
  readonly interval: number;
}

/** The interval of a check that names none, of docker and podman. */
const USUAL_INTERVAL = 30_000;

/** Of what `inspect` of docker and podman prints. Undefined: it is no such thing. */
export function containersOf(text: string): readonly Container[] | undefined {
  let json: unknown;
  try {
    json = text.trim() === '' ? [] : JSON.parse(text);
  } catch {
    return undefined;
  }
  return Array.isArray(json) ? json.map(containerOf) : undefined;
}

function containerOf(json: unknown): Container {
  const state = part(json, 'State');
  const config = part(json, 'Config');
  const check = part(state, 'Health') ?? part(state, 'Healthcheck'); // so called by podman 3
  const status = text(part(check, 'Status'));
  const log = part(check, 'Log');
  const last = Array.isArray(log) ? log.at(-1) : undefined;
  const interval = part(part(config, 'Healthcheck'), 'Interval');
  const restart = text(part(part(part(json, 'HostConfig'), 'RestartPolicy'), 'Name'));
  return {
    id: text(part(json, 'Id')),
    service: text(part(part(config, 'Labels'), 'com.docker.compose.service')),
    status: text(part(state, 'Status')),
    exitCode: Number(part(state, 'ExitCode') ?? 0),
    restarts: restart !== '' && restart !== 'no',
    health:
      status === '' || status === 'none'
        ? undefined
        : {
            status,
            said: text(part(last, 'Output')).trim().split('\n').at(-1) ?? '',
            last: text(part(last, 'End')),
            interval: typeof interval === 'number' && interval > 0 ? interval / 1e6 : USUAL_INTERVAL,
          },
  };
}

function part(json: unknown, key: string): unknown {
  return typeof json === 'object' && json !== null ? (json as { readonly [key: string]: unknown })[key] : undefined;
}

function text(json: unknown): string {
  return typeof json === 'string' ? json : '';
}

/** Whether all of it is up. A container that has ended with 0 has done what it was there for; one that never will be healthy ends the waiting. */
export function judge(services: readonly string[], containers: readonly Container[]): Answer {
  const answers = containers.map((one) => ({ one, ...answerOf(one) }));
  const worst = answers.find(({ is }) => is === 'never') ?? answers.find(({ is }) => is === 'not-yet');
  if (worst?.is === 'never') return { is: 'never', why: `${worst.one.service} ${worst.why}` };
  const missing = services.filter((service) => !containers.some((one) => one.service === service));
  if (missing.length > 0) return { is: 'never', why: `compose has made no container of ${missing.join(', ')}` };
  return worst === undefined ? { is: 'ready' } : { is: 'not-yet', why: `${worst.one.service} ${worst.why}` };
}

/** Why it does not serve any more though it was up; undefined: it does. */
export function downfall(containers: readonly Container[]): string | undefined {
  return containers.flatMap((one) => (isDown(one) ? [`${one.service} ${ended(one)}`] : []))[0];
}

function answerOf(one: Container): { readonly is: Answer['is']; readonly why: string } {
  const { status, exitCode, health } = one;
  if (isDown(one)) return { is: 'never', why: ended(one) };
  if (status === 'exited' || status === 'stopped')
    return exitCode === 0 ? { is: 'ready', why: '' } : { is: 'not-yet', why: `exited with ${exitCode} and is started again` };
  if (status !== 'running') return { is: 'not-yet', why: `is ${status}` };
  if (health === undefined || health.status === 'healthy') return { is: 'ready', why: '' };
  const why = `is ${health.status}${health.said === '' ? '' : ` (${health.said})`}`;
  return { is: health.status === 'unhealthy' ? 'never' : 'not-yet', why };
}

function isDown({ status, exitCode, restarts }: Container): boolean {
  return status === 'dead' || ((status === 'exited' || status === 'stopped') && exitCode !== 0 && !restarts);
}

function ended({ status, exitCode }: Container): string {
  return status === 'dead' ? 'is dead' : `exited with ${exitCode}`;
}
