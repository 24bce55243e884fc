// From which size on it pays to have rsync find what differs: one large file of which a hundredth is edited, on one connection, with a far side that has rsync and one that has not.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openMemo } from '../../../lib/io/memo.ts';
import { makeWalker } from '../../../lib/io/walk.ts';
import type { Receipt } from '../../../lib/model/receipt.ts';
import type { Session } from '../../../lib/model/sandbox.ts';
import { treeOfSources } from '../../../lib/run/reading.ts';
import { sshSandbox } from '../../../lib/ssh/ssh.ts';
import { PLAIN_RULES } from '../../../lib/sync/change.ts';
import { syncTree } from '../../../lib/sync/sync.ts';
import { createWorkspace } from '../../../lib/sync/workspace.ts';
import { connected, SOON } from '../../contract/places.ts';
import { CHECKOUT, memoryJournal, SIGNAL } from '../../sync/fixture.ts';
import type { Result } from '../cases.ts';
import { alternate, type Trial, within } from './alternate.ts';
import { caseName } from './names.ts';
import type { FarBench } from './sending.ts';
import { differ } from './tree.ts';
import type { End } from './wire.ts';

/** Places in the file that the edits are spread over. */
const PLACES = 10;

export async function crossover(end: End, mib: number, { rounds }: FarBench): Promise<Result[]> {
  const { far, folder } = end;
  const root = join(folder, 'large');
  const there = join(end.there, 'large');
  const bytes = randomBytes(mib * 2 ** 20);
  const edit = (): void => {
    for (let place = 0; place < PLACES; place++)
      randomBytes(Math.floor(bytes.length / 100 / PLACES)).copy(bytes, Math.floor((bytes.length / PLACES) * place));
    writeFileSync(join(root, 'tree/large'), bytes);
  };
  mkdirSync(join(root, 'tree'), { recursive: true });
  edit();
  const io = { ...far.io, environment: new Map([...far.io.environment, ['SBX_SSH_CONFIG', end.config]]) };
  const settings = { name: 'vm', named: far.sshd.host, state: join(far.home, 'state'), ...SOON, silence: 60_000 };
  await using session = await connected(sshSandbox(settings, io));
  await createWorkspace(session, there, CHECKOUT, memoryJournal(), SIGNAL);
  const memo = openMemo(far.io, join(folder, 'memo'));
  let receipt: Receipt | undefined;
  const sync = async (over: Session): Promise<void> => {
    const done = await syncTree({
      workspace: { session: over, path: there, checkout: CHECKOUT.id, signal: SIGNAL },
      io: far.io,
      root,
      sources: async () =>
        treeOfSources(
          far.io.files,
          memo,
          root,
          makeWalker(far.io.files, root).all(() => false),
        ),
      receipt,
      excluded: () => false,
      rules: PLAIN_RULES,
      nonce: far.io.nonce,
      progress: () => {},
      note: () => {},
    });
    if (!done.ok) throw new Error(done.error.message);
    receipt = done.value.receipt;
  };
  await sync(session);
  const whole: Session = {
    ...session,
    program: (text, args, streams) => session.program(text.replace('in zstd gzip rsync', 'in zstd gzip'), args, streams),
  };
  const trial = (name: string, over: Session): Trial => ({
    name,
    once: within(() => sync(over)),
    before: edit,
    check: () => differ(join(root, 'tree'), join(there, 'tree')),
  });
  return await alternate(
    caseName('a hundredth of a large file edited', mib, end.wire.name),
    [trial('sbx, whole', whole), trial('sbx, what differs', session)],
    rounds,
  );
}
