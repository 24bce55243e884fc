import { ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Io } from '../model/io.ts';
import type { JobStreams } from '../model/sandbox.ts';
import type { Link } from './link.ts';
import { MarkedStream, Tail } from './marked.ts';
import type { Patience } from './patience.ts';
import { START } from './start.ts';

/** Beyond the supervisor's own patience before it counts as lost. Milliseconds. */
const STOP_MARGIN = 15_000;

/** A far side that is asked to take work up says so at once, whatever its start-up files do. Milliseconds. */
const TAKING_UP = 30_000;

/** The last word ends with its line; one that is longer is none. */
const LONGEST_WORD = 256;

/** How the talk with a supervisor over one channel ended. */
export interface Followed {
  readonly label: string;
  /** The far side had taken the line. */
  readonly begun: boolean;
  readonly end:
    | { readonly is: 'said'; readonly word: string }
    | { readonly is: 'lost'; readonly failure: Failure }
    | { readonly is: 'silent' } // the channel ended without a word
    | { readonly is: 'unheard' }; // told to stop, it says nothing
  /** What was printed, if not by the command. */
  readonly noise: readonly string[];
}

/** Sends `line`, which starts the work or takes it up, and follows it: gives its output, beats, tells it to stop when aborted, until its last word or the loss of the link. */
export async function follow(
  link: Link,
  io: Io,
  patience: Patience,
  { mark }: { readonly mark: string },
  killGrace: number,
  streams: JobStreams,
  line: Buffer,
  /** Whether the line only takes up what goes on there: then a stop is told there, however early it came. */
  takesUp: boolean,
): Promise<Result<Followed, Failure>> {
  const { signal, hurry } = streams;
  const opened = await link.exec(START, takesUp ? new AbortController().signal : signal);
  if (!opened.ok) return opened;
  const channel = opened.value;
  const noise = new Tail(2048);
  const ending: string[] = [];
  let marks = 0;
  const stdout = new MarkedStream(
    mark,
    (chunk) => {
      if (marks === 1) streams.output(chunk);
      else if (marks === 0) noise.push(chunk);
      else ending.push(Buffer.from(chunk).toString('latin1'));
    },
    () => {
      marks++;
    },
  );
  const errors = new MarkedStream(
    mark,
    (chunk) => noise.push(chunk),
    () => noise.clear(),
  );
  const over = new AbortController();
  const send = (word: string): void => {
    if (channel.stdin.writable) channel.stdin.write(`${word}\n`);
  };
  const end = new Promise<Followed['end']>((resolve) => {
    const lost = (): void => resolve({ is: 'lost', failure: link.failure });
    const silent = (): void => (link.lost.aborted ? lost() : resolve({ is: 'silent' }));
    channel.stdout.on('data', (chunk: Buffer) => {
      stdout.push(chunk);
      const said = ending.join('');
      if (said.includes('\n') || said.length > LONGEST_WORD)
        resolve({ is: 'said', word: said.slice(0, LONGEST_WORD).split('\n', 1).join('').trim() });
    });
    channel.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    void channel.ended.then(silent);
    if (link.lost.aborted) lost();
    else link.lost.addEventListener('abort', lost, { once: true, signal: over.signal });
    const unheardAfter = (ms: number): void => {
      io.clock.sleep(ms, over.signal).then(
        () => resolve({ is: 'unheard' }),
        () => {},
      );
    };
    const kill = (): void => {
      send('kill');
      unheardAfter(STOP_MARGIN);
    };
    const stop = (): void => {
      send('stop');
      unheardAfter(killGrace + STOP_MARGIN);
      if (hurry?.aborted) kill();
      else hurry?.addEventListener('abort', kill, { once: true, signal: over.signal });
    };
    channel.stdin.write(line);
    send('beat');
    if (takesUp)
      io.clock.sleep(TAKING_UP, over.signal).then(
        () => marks > 0 || silent(),
        () => {},
      );
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true, signal: over.signal });
  });
  const beating = (async () => {
    for (;;) {
      await io.clock.sleep(patience.beat, over.signal);
      send('beat');
    }
  })().catch(() => {});
  const ended = await end;
  over.abort();
  if (ended.is === 'said' && ended.word !== 'parted') send('taken');
  channel.close();
  await beating;
  const lines = noise.text().trim().split('\n').slice(-5);
  // A channel is closed by a lost link too, just before the link says so.
  const isLost = ended.is === 'silent' && link.lost.aborted;
  return ok({ label: link.label, begun: marks > 0, end: isLost ? { is: 'lost', failure: link.failure } : ended, noise: lines });
}
