import { join } from 'node:path';
import { EXIT } from '../../run/exit-code.ts';
import { describeHolder } from '../../run/holder.ts';
import { noFolder, readLock, unlock } from '../../run/lock.ts';
import { isProvablyAlive, whoAmI } from '../../run/self.ts';
import { type Call, complain } from '../call.ts';
import { effectsOf, projectFolders } from '../ground.ts';

export async function unlockProject(call: Call): Promise<number> {
  const folders = projectFolders(call);
  if (typeof folders === 'number') return folders;
  const io = effectsOf(call.surroundings);
  const path = join(folders.project, 'lock');
  const taken = noFolder(io.files, path);
  if (taken !== undefined) {
    complain(call, taken);
    return EXIT.failed;
  }
  const [nonce = ''] = call.words.operands;
  const living = readLock(io.files, path)?.holder;
  if (living?.nonce === nonce && isProvablyAlive(io.files, living, whoAmI(io.files))) {
    complain(call, {
      message: `${describeHolder(living)} is alive: two runs at once in one project would spoil each other's results`,
      hint: `end it first: kill ${living.pid}`,
    });
    return EXIT.failed;
  }
  if (unlock(io, path, nonce)) {
    call.out.write('unlocked\n');
    return EXIT.done;
  }
  const found = readLock(io.files, path);
  complain(call, {
    message: found === undefined ? 'this project is not locked' : `no lock ${nonce} here: the lock of this project is ${found.nonce}`,
  });
  return EXIT.failed;
}
