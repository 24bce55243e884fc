import { createHash } from 'node:crypto';
import type { Asked, Lie, Said } from '../../rig/peer.ts';

/** One file of a far side that is made up: its row as `find` prints it, its digest and bytes as it says them. */
export interface Fable {
  readonly kind: string;
  readonly mode: string;
  readonly size: string;
  readonly name: string | Buffer;
  readonly target: string | Buffer;
  /** Given for it by `cat`; an endless stream if it is one. */
  readonly bytes: Uint8Array | Iterable<Uint8Array>;
  /** What stands in place of the line of sha256sum. */
  readonly sum: Uint8Array;
}

const NUL = Buffer.from([0]);

/** A file that tells the truth about itself, but for what `over` says. */
export function fable(name: string | Buffer, content = 'x', over: Partial<Fable> = {}): Fable {
  const bytes = Buffer.from(content);
  return { kind: 'f', mode: '644', size: String(bytes.length), name, target: '', bytes, sum: sumOf(name, content), ...over };
}

export function link(name: string, target: string | Buffer): Fable {
  return fable(name, '', { kind: 'l', mode: '777', size: '3', target });
}

/** A line of `sha256sum -z`. */
export function sumOf(name: string | Buffer, content: string): Buffer {
  return Buffer.concat([Buffer.from(`${createHash('sha256').update(content).digest('hex')}  `), Buffer.from(name), NUL]);
}

interface Fiction {
  readonly files: readonly Fable[];
  /** What is changed about the whole of an answer. */
  readonly said?: (asked: Asked, said: Said & { readonly stdout: Buffer }) => Said;
}

/** A far side whose list, digests and bytes agree with each other, whatever they are of. All else is honest. */
export function fiction(told: Fiction, struck: () => void): Lie {
  const { files, said = (_, honest) => honest } = told;
  return async (asked) => {
    const answer = answerTo(asked, files);
    if (answer === undefined) return undefined;
    struck();
    return Buffer.isBuffer(answer.stdout) ? said(asked, { ...answer, stdout: answer.stdout }) : answer;
  };
}

function answerTo(asked: Asked, files: readonly Fable[]): Said | undefined {
  const exit = { code: 0 };
  const sums = (): Buffer[] => [...files.filter(({ kind }) => kind === 'f').map(({ sum }) => Buffer.from(sum)), Buffer.from('end\0')];
  const row = ({ kind, mode, size, name, target }: Fable): Buffer =>
    Buffer.concat([kind, mode, size, name, target].flatMap((field) => [Buffer.from(field), NUL]));
  switch (asked.program) {
    case 'list':
      return { stdout: Buffer.concat([...files.map(row), Buffer.from('end\0'), ...sums()]), exit };
    case 'hash':
      return {
        stdout: Buffer.concat(
          named(asked, files)
            .flatMap(({ sum }) => [Buffer.from(sum)])
            .concat(Buffer.from('end\0')),
        ),
        exit,
      };
    case 'cat': {
      const contents = named(asked, files).map(({ bytes }) => bytes);
      if (contents.every((bytes): bytes is Uint8Array => bytes instanceof Uint8Array)) return { stdout: Buffer.concat(contents), exit };
      return { stdout: inTurn(contents), exit };
    }
    default:
      return undefined;
  }
}

function named(asked: Asked, files: readonly Fable[]): readonly Fable[] {
  const names = Buffer.from(asked.input).toString('latin1').split('\0').slice(0, -1);
  return names.flatMap((name) => files.find((one) => Buffer.from(one.name).toString('latin1') === name) ?? []);
}

function* inTurn(contents: readonly (Uint8Array | Iterable<Uint8Array>)[]): Generator<Uint8Array> {
  for (const bytes of contents) {
    if (bytes instanceof Uint8Array) yield bytes;
    else yield* bytes;
  }
}

/** The same chunk for ever; `pull` is told how many bytes were taken. */
export function* endless(chunk: Uint8Array, pull: (bytes: number) => void = () => {}): Generator<Uint8Array> {
  for (;;) {
    pull(chunk.length);
    yield chunk;
  }
}
