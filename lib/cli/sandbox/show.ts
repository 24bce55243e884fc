import { formatDuration } from '../../base/duration.ts';
import { type Created, leftOf, type Moment } from '../../model/created.ts';
import { documentOf } from '../../view/document.ts';
import { placeOf } from './created-ground.ts';

/** What programs see of a sandbox. */
export function membersOf(created: Created, now: Moment) {
  const {
    id,
    name = null,
    profile,
    state,
    inputs,
    since,
    lease,
    workspace = null,
    reachability = null,
    made = [],
    failure = null,
  } = created;
  return {
    id,
    name,
    profile,
    state,
    inputs,
    placement: placementOf(created),
    workspace,
    reachability,
    made,
    created: iso(since.at),
    expires: lease === undefined ? null : iso(lease.since.at + lease.ttl),
    ttl: lease === undefined ? null : Math.round(lease.ttl / 1000),
    left: lease === undefined ? null : secondsLeft(created, now),
    failure,
  };
}

/** Where it is: which kind of place, and on which computer. */
function placementOf(created: Created) {
  const spec = placeOf(created);
  if (spec === undefined) return { kind: 'local' };
  const { kind, host, tunnel, machine } = spec;
  return {
    kind,
    ...(host === undefined ? {} : { host }),
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(machine === undefined ? {} : { driver: machine.driver, hypervisor: machine.hypervisor }),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function secondsLeft({ lease }: Created, now: Moment): number | null {
  const left = lease && leftOf(lease, now);
  return left === undefined ? null : Math.round(left / 1000);
}

export function documentOfSandbox(created: Created, now: Moment): string {
  return documentOf('sandbox', 1, membersOf(created, now));
}

/** `1h59m left`, for people. */
export function lifeOf({ lease }: Created, now: Moment): string {
  if (lease === undefined) return 'no end';
  const left = leftOf(lease, now);
  if (left === undefined) return 'the clock is wrong';
  return left > 0 ? `${formatDuration(left)} left` : `ran out ${formatDuration(-left)} ago`;
}

/** Where it is, for people: `build@localhost:12222:/build/sbx-1a2b3c4d`. */
export function whereIs({ reachability, workspace, made }: Created): string {
  if (reachability === undefined) return workspace ?? made?.join(' ') ?? '';
  const { user, host, port, remote_dir } = reachability;
  return `${user}@${host}:${port}:${remote_dir}`;
}
