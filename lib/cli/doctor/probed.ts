import { formatDuration } from '../../base/duration.ts';
import { shellQuote } from '../../base/quote.ts';
import { formatSize } from '../../base/size.ts';
import type { Failure } from '../../model/failure.ts';
import { FEW, NONE } from './disk.ts';
import type { Finding } from './finding.ts';
import type { Answer, FarDisk, ProbeSeen } from './probe.ts';
import { INSTALL } from './tools.ts';

/** A finding and the check that it belongs to. */
type Probed = Finding & { readonly check: string };

/** Milliseconds. More is said to be off, and slow. */
const SKEW = 60_000;
const SLOW = 500;
/** Where a Linux has what sbx needs. */
const PACKAGES = 'coreutils diffutils findutils grep tar util-linux';

/** What is right and wrong with a host that was connected to. Knows nothing but what was seen. */
export function judgeProbe(seen: ProbeSeen): readonly Probed[] {
  const { sandbox, failure, answer, arrival, disk } = seen;
  const found: (Probed | undefined)[] = [];
  if (answer !== undefined) {
    const login = `logged in as ${answer.label}, whose host key is the known one, in ${formatDuration(answer.login)}`;
    found.push({ check: 'login', is: 'ok', says: login }, judgeShell(answer, seen.named), ...judgeTools(answer, seen.named));
    found.push(judgeTrip(answer), judgeFarClock(answer, seen.named));
  }
  if (failure !== undefined) found.push(judgeFailure('login', failure, seen));
  if (arrival?.ok === false) found.push(judgeFailure('tools', arrival.error, seen));
  if (arrival?.ok) {
    const { found: workspace, workspace: folder, seen: place } = arrival.value;
    if (workspace.is === 'refused') found.push(judgeFailure('place', workspace.failure, seen));
    else
      found.push({
        check: 'place',
        is: 'ok',
        says: `the workspace is ${folder}${workspace.is === 'absent' ? ', which is not made yet' : ''}`,
      });
    for (const [name, said] of Object.entries(place.probes)) {
      const fails = said === 'missing' || said.startsWith('failed with exit ');
      found.push({ check: 'probes', is: fails ? 'warning' : 'ok', says: `${name}: ${said.split('\n')[0]}` });
    }
  }
  if (disk !== undefined) found.push(judgeFarDisk(disk, seen.named));
  return found.flatMap((one) => (one === undefined ? [] : [{ ...one, sandbox, says: `${sandbox}: ${one.says}` }]));
}

function judgeFailure(check: string, { code, message, hint }: Failure, { sandbox, named }: ProbeSeen): Probed {
  const says = hint === undefined ? message : `${message} (${hint})`;
  switch (code) {
    case 'host-key-unknown':
    case 'host-key-changed':
      return { check: 'hosts', is: 'error', says, mend: `sbx trust ${shellQuote(named)}` };
    case 'auth-failed':
      return {
        check,
        is: 'error',
        says,
        mend: says.includes('ssh-add') ? 'eval "$(ssh-agent -s)"; ssh-add' : `ssh-copy-id ${sshWords(named)}`,
      };
    case 'ssh-config':
      return { check: 'hosts', is: 'error', says, mend: '${EDITOR:-vi} ~/.ssh/config' };
    case 'workspace-foreign':
      return { check, is: 'error', says: message, mend: `sbx adopt ${sandbox}` };
    default:
      return { check, is: 'error', says };
  }
}

/** A host as ssh and its like take it: the port in words of its own. */
function sshWords(named: string): string {
  const [, host = named, port] = /^(.*[^:\]]|\[.*\]):(\d+)$/.exec(named) ?? [];
  return port === undefined ? shellQuote(named) : `-p ${port} ${shellQuote(host.replace(/^\[(.*)\]$/, '$1'))}`;
}

function there(named: string, command: string): string {
  return `ssh -t ${sshWords(named)} ${shellQuote(command)}`;
}

function judgeShell({ noise }: Answer, named: string): Probed {
  if (noise === '') return { check: 'shell', is: 'ok', says: 'its login shell prints nothing before a command' };
  const first = noise.split('\n')[0]?.slice(0, 80) ?? '';
  return {
    check: 'shell',
    is: 'warning',
    says: `its login shell prints ${JSON.stringify(first)} before each command: sbx passes over it, scp and rsync do not (print it only where $- has an i)`,
    mend: there(named, 'vi ~/.bashrc'),
  };
}

function judgeTools({ missing, installer }: Answer, named: string): readonly Probed[] {
  if (missing.length === 0) return [{ check: 'tools', is: 'ok', says: 'it has the tools that sbx needs there' }];
  const install = installer === undefined ? undefined : INSTALL[installer];
  return missing.map(([tool, by]) => {
    const packages = by === 'sbx' ? PACKAGES : tool;
    const mend = install === undefined ? {} : { mend: there(named, `${install} ${packages}`) };
    return { check: 'tools', is: 'error', says: `${tool.replace(/^\//, '')} is missing there: ${by} needs it`, ...mend };
  });
}

function judgeTrip({ roundTrip }: Answer): Probed {
  const says = `a round trip takes ${roundTrip < 10 ? roundTrip.toFixed(1) : Math.round(roundTrip)} ms`;
  return { check: 'network', is: roundTrip > SLOW ? 'warning' : 'ok', says };
}

/** What sbx itself does over there does not hang on the clock: what a sync sends is dated by it. */
function judgeFarClock({ ahead }: Answer, named: string): Probed {
  const off = Math.abs(ahead);
  const way = ahead > 0 ? 'ahead of' : 'behind';
  if (off <= SKEW)
    return { check: 'clock', is: 'ok', says: off < 1000 ? 'its clock is right' : `its clock is ${formatDuration(off)} ${way} ours` };
  return {
    check: 'clock',
    is: 'warning',
    says: `its clock is ${formatDuration(off)} ${way} ours: syncs and builds are right all the same, but what checks certificates and tokens (TLS, apt, cabal update, git) may fail there, and times in logs are wrong`,
    mend: there(named, 'sudo timedatectl set-ntp true'),
  };
}

function judgeFarDisk({ folder, free, inodes = Number.POSITIVE_INFINITY }: FarDisk, named: string): Probed {
  const few = free < FEW.bytes ? `${formatSize(free)} are` : inodes < FEW.inodes ? `room for ${inodes} files is` : undefined;
  if (few === undefined) return { check: 'disk', is: 'ok', says: `${formatSize(free)} are free for ${folder}` };
  const is = free < NONE.bytes || inodes < NONE.inodes ? 'error' : 'warning';
  return { check: 'disk', is, says: `only ${few} free for ${folder}`, mend: there(named, 'du -xh ~ | sort -h | tail') };
}
