import { refusedHere } from '../io/trouble.ts';
import type { RunRequest } from './run-request.ts';

/** Throws it on. A fault may quote what it was given. */
export async function withoutSecrets(fault: unknown, { project, io }: RunRequest): Promise<never> {
  if (!(fault instanceof Error) || refusedHere(fault) !== undefined) throw fault;
  const { hide } = (await import('./secrets.ts')).secretsOf(project.secrets, io);
  throw Object.assign(new Error(hide(fault.message)), { stack: hide(fault.stack ?? fault.message) });
}
