import { createServer } from 'node:net';
import { pause } from './patience.ts';

/**
 * The ports of a relay are a few and fixed: who wants them to itself waits here for its turn, among all tests of this computer. Whatever becomes of the
 * process, the turn goes with it: it is a name of the kernel that one socket can have.
 */
export async function withRelayPorts(work: () => Promise<void>): Promise<void> {
  const turn = createServer();
  const taken = (): Promise<boolean> =>
    new Promise((settle) => {
      turn.once('error', () => settle(false));
      turn.listen('\0sbx test relay ports', () => settle(true));
    });
  while (!(await taken())) await pause(50);
  try {
    await work();
  } finally {
    turn.close();
  }
}
