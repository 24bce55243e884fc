import { join } from 'node:path';
import { EXIT } from '../../run/exit-code.ts';
import { readHolder, unlock } from '../../run/lock.ts';
import { type Call, complain } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { openOrSay } from '../open.ts';
import { ioOf } from '../rooms.ts';

export async function unlockProject(call: Call): Promise<number> {
  const opened = await openOrSay(call, { named: [] });
  if (typeof opened === 'number') return opened;
  const { files } = ioOf(call.surroundings);
  const path = join(foldersOf(call.surroundings.environment, opened.project.root).project, 'lock');
  const [nonce = ''] = call.words.operands;
  if (unlock(files, path, nonce)) {
    call.out.write('unlocked\n');
    return EXIT.done;
  }
  const holder = readHolder(files, path);
  complain(call, {
    message: holder === undefined ? 'this project is not locked' : `no lock ${nonce} here: the lock of this project is ${holder.nonce}`,
  });
  return EXIT.failed;
}
