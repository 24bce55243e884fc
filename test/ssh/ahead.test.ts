// Channels that are open before anybody asks for them, by a link that notes what it is asked. Round trips are what the noted order says, not time.
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { err, ok } from '../../lib/base/result.ts';
import type { Exit } from '../../lib/model/exit.ts';
import type { Failure } from '../../lib/model/failure.ts';
import { AheadLink } from '../../lib/ssh/ahead.ts';
import type { Channel, Link } from '../../lib/ssh/link.ts';
import { START } from '../../lib/ssh/start.ts';

interface Noted extends Channel {
  readonly n: number;
  /** The far side ends it. */
  end(): void;
  closed: boolean;
}

const SIGNAL = new AbortController().signal;
const REFUSED: Failure = { code: 'channel-refused', message: 'no' };

/** `fails`: what the nth exec answers in place of a channel. */
function linkOf(fails: (n: number) => Failure | undefined = () => undefined) {
  const channels: Noted[] = [];
  const asked: string[] = [];
  const lost = new AbortController();
  const link: Link = {
    label: 'far',
    lost: lost.signal,
    failure: { code: 'link-lost', message: 'lost' },
    async exec(command, signal) {
      const n = asked.push(command === START ? 'start' : command);
      await new Promise(setImmediate);
      const failure = signal.aborted ? { code: 'cancelled' as const, message: 'cancelled' } : fails(n);
      if (failure) return err(failure);
      const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
      let told = (_exit: Exit | undefined): void => {};
      const ended = new Promise<Exit | undefined>((resolve) => {
        told = resolve;
      });
      const end = (): void => {
        stdin.end();
        told({ code: 0 });
      };
      const channel: Noted = {
        ...{ n, stdin, stdout, stderr, ended, end, closed: false },
        terminate: () => {},
        resize: () => {},
        close() {
          channel.closed = true;
          end();
        },
      };
      channels.push(channel);
      return ok(channel);
    },
    forward: async () => err(REFUSED),
    [Symbol.asyncDispose]: async () => lost.abort(),
  };
  const take = async (ahead: AheadLink, command = START, signal = SIGNAL): Promise<Noted | Failure> => {
    const opened = await ahead.exec(command, signal);
    return opened.ok ? (opened.value as Noted) : opened.error;
  };
  const numberOf = async (ahead: AheadLink): Promise<number> => ((await take(ahead)) as Noted).n;
  return { link, asked, channels, take, numberOf };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('each program gets a channel that was opened before it was wanted', async () => {
  const { link, asked, numberOf } = linkOf();
  const ahead = new AheadLink(link);
  await turn();
  for (const n of [1, 2, 3]) {
    assert.is(asked.length, n, 'nothing has to be asked for it');
    assert.is(await numberOf(ahead), n);
    await turn();
  }
});

test('many at once get one each', async () => {
  const { link, numberOf } = linkOf();
  const ahead = new AheadLink(link);
  const all = await Promise.all([1, 2, 3].map(() => numberOf(ahead)));
  assert.equal([...all].sort(), [1, 2, 3]);
});

test('one that has ended while it waited is not handed out', async () => {
  const { link, channels, numberOf } = linkOf();
  const ahead = new AheadLink(link);
  await turn();
  channels[0]?.end();
  assert.is(await numberOf(ahead), 2);
});

test('another command may need the last channel of the far side: the one ahead is given up first', async () => {
  const { link, asked, channels, take } = linkOf();
  const ahead = new AheadLink(link);
  await turn();
  const shell = await take(ahead, 'shell');
  assert.equal(asked, ['start', 'shell']);
  assert.is(channels[0]?.closed, true);
  assert.is((shell as Noted).closed, false);
  await turn();
  assert.is(asked.length, 2, 'none is opened beside a terminal');
});

test('one that was refused ahead is asked for again when it is wanted', async () => {
  const { link, numberOf } = linkOf((n) => (n === 1 ? REFUSED : undefined));
  const ahead = new AheadLink(link);
  await turn();
  assert.is(await numberOf(ahead), 2);
});

test('who does not want it any more takes none, and leaves none behind', async () => {
  const { link, asked, channels, take, numberOf } = linkOf();
  const ahead = new AheadLink(link);
  const stopped = new AbortController();
  const all = [1, 2, 3].map(() => take(ahead, START, stopped.signal));
  stopped.abort();
  for (const one of all) assert.is(((await one) as Failure).code, 'cancelled');
  assert.is(((await take(ahead, START, stopped.signal)) as Failure).code, 'cancelled');
  await turn();
  assert.is(asked.length, 4);
  assert.equal(
    channels.map(({ n, closed }) => [n, closed]),
    [[1, false]],
    'the one ahead',
  );
  assert.is(await numberOf(ahead), 1);
});

test('the one ahead keeps no channel from those who wait: a far side that gives one at a time serves all', async () => {
  const { link, numberOf, channels } = linkOf();
  let live = 0;
  const waiting: (() => void)[] = [];
  const narrow: Link = {
    ...link,
    async exec(command, signal, pty) {
      if (live > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      live++;
      const opened = await link.exec(command, signal, pty);
      if (opened.ok) {
        void opened.value.ended.then(() => {
          live--;
          waiting.shift()?.();
        });
      }
      return opened;
    },
  };
  const ahead = new AheadLink(narrow);
  const served = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const n = await numberOf(ahead);
      channels.find((one) => one.n === n)?.end();
      return n;
    }),
  );
  assert.is(new Set(served).size, 10);
});

test.run();
