import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Courier } from '../../lib/hub/courier.ts';
import type { Note } from '../../lib/hub/notes.ts';
import { type TestHub, WRONG, withHub } from '../rig/hub.ts';
import { until } from '../rig/patience.ts';
import { freePort } from '../rig/sshd.ts';

const LONG = 45_000;

const note = (about: string, said: string = about): Note => ({ about, body: { summary: said } });
const never = (): AbortSignal => new AbortController().signal;
const heard = ({ notes }: TestHub): readonly string[] => notes.map(({ summary }) => summary);

test('what is sent arrives in its order, each once', () =>
  withHub(async (hub) => {
    const courier = new Courier({ url: hub.url, patience: LONG });
    courier.send([note('a'), note('b')]);
    await until('the first came', () => hub.notes.length > 0);
    courier.send([note('a')]);
    courier.send([]);
    assert.is(await courier.end(never()), undefined);
    assert.equal(heard(hub), ['a', 'b', 'a']);
  }));

test('a slow hub hears of the newest alone: what waits does not grow', () =>
  withHub(async (hub) => {
    const held: (() => void)[] = [];
    hub.posted = () => (hub.notes.length === 0 ? new Promise((go) => held.push(go)) : undefined);
    const courier = new Courier({ url: hub.url, patience: LONG });
    courier.send([note('a', 'first')]);
    await until('it was asked', () => held.length > 0);
    for (let i = 1; i <= 1000; i++) courier.send([note('a', `a ${i}`), note('b', `b ${i}`)]);
    held[0]?.();
    assert.is(await courier.end(never()), undefined);
    assert.equal(heard(hub), ['first', 'a 1000', 'b 1000']);
  }));

for (const [way, instead] of Object.entries(WRONG))
  test(`a hub that ${way}: nothing throws, what was lost is counted, with its reason`, () =>
    withHub(async (hub) => {
      hub.instead = instead;
      const courier = new Courier({ url: hub.url, patience: LONG });
      courier.send([note('a'), note('b')]);
      const isSilent = way === 'says nothing' || way.startsWith('hangs in');
      if (isSilent) await until('it was told', () => hub.notes.length > 0);
      const lost = await courier.end(isSilent ? AbortSignal.abort() : never());
      assert.is(lost?.notes, 2);
      assert.ok(lost?.why.startsWith(`the State Hub at ${hub.url} `), lost?.why);
      assert.is(hub.notes.length, isSilent ? 1 : 2, 'nothing is sent twice, nor to somebody else');
    }));

test('a hub that is down: told at once', async () => {
  const courier = new Courier({ url: `http://127.0.0.1:${await freePort()}`, patience: LONG });
  courier.send([note('a')]);
  assert.match((await courier.end(never()))?.why ?? '', /cannot be reached \(ECONNREFUSED\)/);
});

test('where there is no time at all, what is on its way is dropped', () =>
  withHub(async (hub) => {
    hub.instead = () => {};
    const courier = new Courier({ url: hub.url, patience: LONG });
    courier.send([note('a'), note('b'), note('c')]);
    assert.is((await courier.end(AbortSignal.abort()))?.notes, 3);
  }));

test.run();
