import type { SandboxName, StepId } from './project.ts';

/** Every way a step or a place can fail. Closed: each code has a row in the reference and a test. */
export type FailureCode =
  | 'command-failed'
  | 'command-signalled'
  | 'command-missing'
  | 'command-too-long'
  | 'timeout'
  | 'service-not-ready'
  | 'service-ended'
  | 'port-in-use'
  | 'cancelled'
  | 'output-missing'
  | 'output-outside'
  | 'output-special'
  | 'value-missing'
  | 'value-refused'
  | 'secret-missing'
  | 'secret-unsafe'
  | 'task-refused'
  | 'extension-failed'
  | 'not-confirmed'
  | 'unreachable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'host-key-revoked'
  | 'auth-failed'
  | 'link-lost'
  | 'no-exit-status'
  | 'channel-refused'
  | 'ssh-config'
  | 'far-side-unfit'
  | 'far-side-full'
  | 'far-side-answer'
  | 'workspace-foreign'
  | 'workspace-unsafe'
  | 'sync-changed'
  | 'sync-refused'
  | 'fetch-refused'
  | 'fetch-missing'
  | 'hypervisor-unfit'
  | 'hypervisor-failed'
  | 'capability-missing'
  | 'appliance-missing'
  | 'appliance-refused'
  | 'machine-absent'
  | 'machine-foreign'
  | 'machine-busy'
  | 'machine-state'
  | 'machine-stuck'
  | 'local-io'
  | 'fault';

/** The typed cause inside a failed outcome. */
export interface Failure {
  readonly code: FailureCode;
  /** One sentence: what and why. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The command as the user wrote it, for command-* codes. */
  readonly command?: string;
  /** The command's own exit code, for command-failed. */
  readonly exitCode?: number;
  /** Last lines of output, oldest first, for display. */
  readonly lastLines?: readonly string[];
  readonly step?: StepId;
  readonly sandbox?: SandboxName;
}

/** Failures of the infrastructure, not of what the user wrote: `retry` applies to these only. */
export const INFRASTRUCTURE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'unreachable',
  'link-lost',
  'no-exit-status',
  'channel-refused',
]);

/** Failures that mean that a place cannot be reached or trusted: exit code 4. */
export const UNREACHABLE: ReadonlySet<FailureCode> = new Set<FailureCode>([
  'unreachable',
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
  'auth-failed',
  'link-lost',
  'ssh-config',
  'hypervisor-unfit',
  'machine-stuck',
]);

/** Whether the step never began, for its place could not be reached. */
export function isAway({ code, sandbox }: Failure): boolean {
  return sandbox !== undefined && code !== 'link-lost' && UNREACHABLE.has(code);
}
