import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { AFTER, BEFORE, clear, PRODUCTS } from './changes.ts';
import { type Dying, DyingTools } from './dying-tools.ts';
import { type Pair, withPair } from './pair.ts';
import { read } from './tree.ts';

// In the far programs of a sync one process is killed, whichever: the sync fails and says so, or all is right; the next one is right in any case.

/** Milliseconds within which each must end. */
const DEADLINE = 60_000;

const synced = async (pair: Pair): Promise<void> => {
  pair.edit(BEFORE);
  await pair.sync();
  pair.far(PRODUCTS);
};
const edit = (pair: Pair): void => {
  pair.edit(clear(BEFORE));
  pair.edit(AFTER);
};

/** Up to where the sync begins that is disturbed. */
export const SITUATIONS = {
  'the first sync': async (pair: Pair) => pair.edit(BEFORE),
  'a sync after changes': async (pair: Pair) => {
    await synced(pair);
    edit(pair);
  },
  'a sync after a change of one file': async (pair: Pair) => {
    await synced(pair);
    pair.edit({ 'src/x': 'b' });
  },
  'a sync after a change of modes': async (pair: Pair) => {
    await synced(pair);
    pair.edit({ 'src/x': 'x:a', run: 'r' });
  },
  'a sync after edits there': async (pair: Pair) => {
    await synced(pair);
    pair.far({ same: 'theirs', 'src/x': null, run: 'r' });
  },
  'a sync without a receipt': async (pair: Pair) => {
    await synced(pair);
    edit(pair);
    pair.receipt = undefined;
    rmSync(join(pair.there, '.sbx/receipt'));
  },
};
export type Situation = keyof typeof SITUATIONS;

/** How many calls of tools there are in a sync that nobody disturbs. */
export async function callsIn(situation: Situation): Promise<number> {
  let calls = 0;
  await withPair(async (pair) => {
    await SITUATIONS[situation](pair);
    const tools = new DyingTools(join(pair.here, '..'));
    await pair.sync(tools.session('none', 'at once'));
    calls = tools.calls;
  });
  return calls;
}

/** What was wrong where the call with these words was killed. */
export async function wrongWhere(situation: Situation, words: string, how: Dying): Promise<readonly string[]> {
  const wrong: string[] = [];
  await withPair(async (pair) => {
    pair.exclude = ['dist'];
    await SITUATIONS[situation](pair);
    const tools = new DyingTools(join(pair.here, '..'));
    const before = pair.receipt;
    const said = await endOf(() => pair.sync(tools.session(words, how)));
    const where = `${situation}, ${words} killed ${how} (${tools.struck?.slice(0, 90)})`;
    if (tools.struck === undefined && !words.startsWith('call')) wrong.push(`${where}: nothing was killed`);
    if (said === undefined && !isRight(pair)) wrong.push(`${where}: FALSE SUCCESS: ${JSON.stringify(pair.got())}`);
    if (said !== undefined) pair.receipt = before;
    const next = await endOf(() => pair.sync());
    if (next !== undefined || !isRight(pair)) wrong.push(`${where}: ${said}; the next: ${next}: ${JSON.stringify(pair.got())}`);
  });
  return wrong;
}

/** What it throws; a text too if it does not end. */
export async function endOf(does: () => Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it did not end within ${DEADLINE / 1000} s`), DEADLINE);
  });
  const end = does().then(
    () => undefined,
    (thrown: Error) => thrown.message,
  );
  return await Promise.race([end, late]).finally(() => clearTimeout(timer));
}

function isRight(pair: Pair): boolean {
  const got = pair.got();
  const wanted = { ...read(pair.here), ...('dist/p' in got ? PRODUCTS : {}) };
  return JSON.stringify(Object.entries(got).sort()) === JSON.stringify(Object.entries(wanted).sort());
}
