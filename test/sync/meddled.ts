import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../../lib/model/sandbox.ts';
import { plainSession } from './session.ts';

// Sessions in which something happens to what is sent, or to the tools of the far side.

type Bytes = AsyncIterable<Uint8Array>;

/** What programs are sent goes through `change`. */
export function meddled(inner: Session, change: (stdin: Bytes) => Bytes): Session {
  const program: Session['program'] = (text, args, streams) =>
    inner.program(text, args, streams.stdin ? { ...streams, stdin: change(streams.stdin) } : streams);
  return { ...inner, program };
}

/** The link breaks after so many bytes of what is sent. */
export function cutAfter(inner: Session, bytes: number): Session {
  return meddled(inner, async function* (stdin) {
    let left = bytes;
    for await (const chunk of stdin) {
      if (left > 0) yield chunk.subarray(0, left);
      left -= chunk.length;
      if (left <= 0) return;
    }
  });
}

/** The first letter of each `word` that is sent is another one when it arrives. */
export function flipping(inner: Session, word: string): Session {
  return meddled(inner, async function* (stdin) {
    for await (const chunk of stdin) {
      const copy = Buffer.from(chunk);
      for (let at = copy.indexOf(word); at >= 0; at = copy.indexOf(word, at)) copy[at] = (copy[at] ?? 0) ^ 0x20;
      yield copy;
    }
  });
}

/** Counts what goes to the far side. */
export function counting(inner: Session): { readonly session: Session; readonly bytes: () => number } {
  let bytes = 0;
  const session = meddled(inner, async function* (stdin) {
    for await (const chunk of stdin) {
      bytes += chunk.length;
      yield chunk;
    }
  });
  return { session, bytes: () => bytes };
}

/** A far side on which a tool is a script of ours; its home is `folder`. */
export function withTool(folder: string, tool: string, script: string): Session {
  const shims = join(folder, 'shims');
  mkdirSync(shims, { recursive: true });
  writeFileSync(join(shims, tool), `#!/bin/sh\n${script}\n`);
  chmodSync(join(shims, tool), 0o755);
  return plainSession(folder, { PATH: `${shims}:${process.env.PATH ?? ''}` });
}
