import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from '../model/failure.ts';
import type { Files } from '../model/io.ts';
import { finish } from './ask.ts';
import { CAT, CAT_PACKED } from './cat-programs.ts';
import { once, type Workspace } from './check.ts';
import { codecsHere } from './compress.ts';
import { writeFields } from './fields.ts';
import { lotQuestion, lotsOf } from './lots.ts';
import { type Progress, sparingly } from './progress.ts';
import { makeReceiver, type Receiver } from './receive.ts';
import { BLOCK, makeUnpacker } from './unpack.ts';
import { ourBeginning } from './workspace.ts';

// Brings the contents of files from a workspace. Knows nothing of why these.

/** Less than this fits into a few packets, packed or not. */
const LEAST = 64 * 1024;

interface Travelling {
  /** Path in the workspace. */
  readonly origin: string;
  /** Where it is written, absolute. */
  readonly file: string;
  /** For messages. */
  readonly path: string;
  readonly size: number;
  readonly digest: string;
  readonly executable: boolean;
}

/** One round trip; none if nothing has to travel. */
export async function travelled(
  workspace: Workspace,
  files: Files,
  travel: readonly Travelling[],
  nonce: () => string,
  progress: Progress,
): Promise<Result<void, Failure>> {
  const ofBytes = travel.reduce((sum, { size }) => sum + size, 0);
  const tell = (bytes: number): void => progress({ bytes, ofBytes, files: receiver.files(), ofFiles: travel.length });
  const receiver = makeReceiver(files, travel, sparingly(ofBytes, tell));
  if (travel.length > 0) {
    tell(0);
    const stop = new AbortController();
    const way = ofBytes < LEAST ? asTheyAre(travel, receiver) : packed(travel, nonce(), receiver);
    let broken: unknown;
    const stdout = (chunk: Uint8Array): void => {
      try {
        way.take(chunk);
        if (receiver.trouble()) stop.abort(new Error('what comes is not what was announced'));
      } catch (thrown) {
        broken ??= thrown;
        stop.abort(thrown);
      }
    };
    const streams = { signal: AbortSignal.any([workspace.signal, stop.signal]), stdin: way.stdin, stdout };
    const args = [workspace.path, ourBeginning({ id: workspace.checkout }), ...way.args];
    // A program that we ended ourselves rejects or fails, as its session likes: why is known here.
    const said = await finish(workspace.session, way.program, args, streams).catch((thrown: unknown) => {
      if (!stop.signal.aborted) throw thrown;
    });
    workspace.signal.throwIfAborted();
    if (broken !== undefined) throw broken;
    const trouble = receiver.trouble();
    if (trouble) return err(trouble);
    if (said && !said.ok) return said;
  }
  const trouble = receiver.finish();
  if (trouble) return err(trouble);
  if (travel.length > 0) tell(ofBytes);
  return ok(undefined);
}

interface Way {
  readonly program: string;
  readonly args: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly take: (chunk: Uint8Array) => void;
}

function asTheyAre(travel: readonly Travelling[], receiver: Receiver): Way {
  return { program: CAT, args: [], stdin: once(writeFields(travel.map(({ origin }) => `./${origin}`))), take: receiver.take };
}

function packed(travel: readonly Travelling[], mark: string, { take, refuse }: Receiver): Way {
  const lots = lotsOf(travel);
  const codecs = codecsHere();
  return {
    program: CAT_PACKED,
    args: [codecs.join(' '), mark, String(BLOCK)],
    stdin: once(Buffer.concat(lots.map(lotQuestion))),
    take: makeUnpacker({ lots: lots.map(({ bytes }) => bytes), codecs, mark, take, refuse }),
  };
}
