import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { digestOf } from '../../lib/base/digest.ts';
import { answersOf } from '../../lib/io/answers.ts';
import { AskedVariables } from '../../lib/io/asked.ts';
import { makeWitness } from '../../lib/io/witness.ts';
import type { Files } from '../../lib/model/io.ts';
import { keepEvidence, readEvidence, Sayings } from '../../lib/run/evidence.ts';
import { withFolder } from '../rig/folder.ts';
import { ioOf, later, real } from './store-fixture.ts';

/** Files of this computer after another start. */
function bootedAs(boot: string): Files {
  return {
    ...real,
    readFileSync: ((path: string, ...rest: []) => (String(path).endsWith('/boot_id') ? boot : fs.readFileSync(path, ...rest))) as never,
  };
}

test('evidence is not believed after another boot: a file may have lost its bytes and kept its times', () =>
  withFolder(async (folder) => {
    fs.writeFileSync(`${folder}/src`, 'one');
    const witness = makeWitness(real);
    witness.files.lstatSync(`${folder}/src`);
    const said = new Sayings();
    const counts = { fresh: 1, restored: 0, succeeded: 0, skipped: 0, failed: 0, cancelled: 0 };
    said.add({ type: 'run-finished', exit: 0, ms: 1, counts });
    const key = digestOf('sbx run');
    keepEvidence(ioOf(), folder, { ...witness, key, began: later(), answers: () => answersOf(new AskedVariables()), said });
    const read = (files: Files) => readEvidence(files, folder, { key, now: later() + 1000, says: () => true, attest: async () => {} });
    assert.is((await read(real))?.events.length, 1);
    assert.is(await read(bootedAs('other')), undefined);
    assert.is(await read(bootedAs('')), undefined);
    fs.rmSync(`${folder}/evidence`);
    keepEvidence(ioOf(bootedAs('')), folder, { ...witness, key, began: later(), answers: () => answersOf(new AskedVariables()), said });
    assert.is(await read(bootedAs('')), undefined, 'where the system does not say which start this is, none is the same');
  }));

test.run();
