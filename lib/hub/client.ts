import { formatDuration } from '../base/duration.ts';
import type { Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';

// Asks the State Hub over HTTP. Knows nothing of what is kept there. A hub that is down, slow or wrong is a reason, never a fault.

export interface Hub {
  /** Without a slash at its end: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Milliseconds for a question and its whole answer. */
  readonly patience: number;
}

/** Why there is no answer, and whether the hub may have done what it was asked: its answer alone may have been lost. */
interface HubTrouble {
  readonly message: string;
  readonly mayBeDone: boolean;
}

/** Milliseconds, as the agents in the VMs have it. */
export const HUB_PATIENCE = 15_000;
const MOST_BYTES = 4 * 1024 * 1024;

export async function askHub(
  { url, patience }: Hub,
  path: string,
  body: Json | undefined,
  signal: AbortSignal,
): Promise<Result<Json, HubTrouble>> {
  using limit = limitOf(signal, patience);
  const trouble = (message: string, mayBeDone: boolean): Result<Json, HubTrouble> =>
    err({ message: `the State Hub at ${url} ${message}`, mayBeDone });
  let answer: Response;
  try {
    answer = await fetch(`${url}${path}`, {
      signal: limit.signal,
      redirect: 'manual', // nobody else is told
      headers: { accept: 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body), headers: JSON_HEADERS }),
    });
  } catch (thrown) {
    signal.throwIfAborted();
    if (limit.deadline.aborted) return trouble(`did not answer within ${formatDuration(patience)}`, true);
    if (!(thrown instanceof TypeError)) throw thrown; // what fetch gives for every trouble of the network
    const { code, message = thrown.message } = (thrown.cause ?? {}) as { readonly code?: string; readonly message?: string };
    return trouble(`cannot be reached (${code ?? message})`, code !== 'ECONNREFUSED' && code !== 'ENOTFOUND');
  }
  try {
    const text = await textOf(answer);
    if (!answer.ok)
      return trouble(`answers with ${answer.status}${answer.status < 400 ? ', which leads elsewhere' : ''}`, answer.status >= 500);
    if (text === undefined) return trouble(`sends more than ${MOST_BYTES} bytes`, true);
    return ok(answer.status === 204 ? null : (JSON.parse(text) as Json));
  } catch (thrown) {
    signal.throwIfAborted();
    if (limit.deadline.aborted) return trouble(`did not end its answer within ${formatDuration(patience)}`, true);
    return trouble(thrown instanceof SyntaxError ? 'sends no JSON' : 'cut its answer off', true);
  }
}

const JSON_HEADERS = { accept: 'application/json', 'content-type': 'application/json' };

/** Undefined if it is too much. */
async function textOf(answer: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > MOST_BYTES) return undefined; // leaving the loop cancels the rest
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
