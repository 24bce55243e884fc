import { join } from 'node:path';
import { EXIT } from '../../run/exit-code.ts';
import { readHolder, unlock } from '../../run/lock.ts';
import { type Call, complain } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';

export async function unlockProject(call: Call): Promise<number> {
  const folders = projectFolders(call);
  if (typeof folders === 'number') return folders;
  const io = effectsOf(call.surroundings);
  const path = join(folders.project, 'lock');
  const [nonce = ''] = call.words.operands;
  if (unlock(io.files, path, nonce)) {
    call.out.write('unlocked\n');
    return EXIT.done;
  }
  const holder = readHolder(io.files, path);
  complain(call, {
    message: holder === undefined ? 'this project is not locked' : `no lock ${nonce} here: the lock of this project is ${holder.nonce}`,
  });
  return EXIT.failed;
}
