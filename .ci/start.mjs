import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program of the repository to its end, with this one's ends, and gives its exit code. It is the one to hear signals: a terminal sends INT to both, others TERM to this one alone. */
export function start(file, words) {
  const { NODE_OPTIONS: _, NODE_EXTRA_CA_CERTS: __, ...env } = process.env;
  const child = spawn(file, words, { cwd: ROOT, env, stdio: 'inherit' });
  const pass = (signal) => child.kill(signal);
  const keep = () => {};
  process.on('SIGTERM', pass).on('SIGINT', keep);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGTERM', pass).off('SIGINT', keep);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}
