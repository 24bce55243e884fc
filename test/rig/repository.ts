import { execFileSync } from 'node:child_process';
import { cleanEnvironment } from './cli.ts';

/** git in a folder, with a name to commit by and nothing of this computer's settings; what it wrote. */
export function gitIn(folder: string, home: string): (...args: readonly string[]) => string {
  const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
  const env = { ...cleanEnvironment({ home }), ...who };
  const plain = ['-c', 'protocol.file.allow=always', '-c', 'init.defaultBranch=main', '-c', 'commit.gpgsign=false'];
  return (...args) => execFileSync('git', [...plain, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
}
