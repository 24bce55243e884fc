import { join } from 'node:path';
import { EXIT } from '../../run/exit-code.ts';
import { readHolder, unlock } from '../../run/lock.ts';
import { type Call, complain } from '../call.ts';
import { groundOf } from '../ground.ts';
import { openOrSay } from '../open.ts';

export async function unlockProject(call: Call): Promise<number> {
  const opened = await openOrSay(call, { named: [] });
  if (typeof opened === 'number') return opened;
  const { io, folders } = groundOf(call, opened.project);
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
