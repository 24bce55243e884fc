import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface VersionsSeen {
  readonly sbx: string;
  readonly node: string;
  /** What `ssh -V` says; undefined: there is none. */
  readonly ssh: string | undefined;
}

/** Below it sbx does not start everywhere. */
const LEAST_NODE = [20, 19] as const;

export async function lookAtVersions({ surroundings, io, signal }: Patient): Promise<VersionsSeen> {
  let said = '';
  const take = (chunk: Uint8Array): void => {
    said += Buffer.from(chunk).toString('utf8');
  };
  const command = { file: 'ssh', args: ['-V'], cwd: '/', env: [...io.environment], killGrace: 1000 };
  const ended = await io.spawn(command, { signal, stdout: take, stderr: take });
  return { sbx: surroundings.version(), node: surroundings.nodeVersion, ssh: ended.ok ? said.trim().split('\n')[0] : undefined };
}

export function judgeVersions({ sbx, node, ssh }: VersionsSeen): readonly Finding[] {
  const [major = 0, minor = 0] = node.replace(/^v/, '').split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const old = major < leastMajor || (major === leastMajor && minor < leastMinor);
  return [
    { is: 'ok', says: `sbx ${sbx}` },
    old
      ? { is: 'error', says: `Node ${node}: sbx wants ${LEAST_NODE.join('.')} or later`, mend: 'nvm install --lts' }
      : { is: 'ok', says: `Node ${node}` },
    ...(ssh === undefined ? [] : [{ is: 'ok', says: ssh } as const]),
  ];
}
