/**
 * Evidence that a run found everything fresh. Deciding is a pure function of the project, the invocation and what was looked at: while none of these changed,
 * the next run of the same words finds the same, and can say so without deciding again. Kept only of runs in which nothing was executed, restored, reached
 * or warned of, and where the system says which of its starts this is; `.sbx/evidence` may be lost or damaged at any time, and costs time then, nothing else.
 */
import { crc32 } from 'node:zlib';
import type { Digest } from '../base/digest.ts';
import type { Answers } from '../io/answers.ts';
import { bootId } from '../io/boot.ts';
import { readRegular } from '../io/read-regular.ts';
import { replaceFile, type Writing } from '../io/replace.ts';
import { type Facts, factsOf, type Looked, MARKS, stillSo } from '../io/witness.ts';
import type { Event } from '../model/event.ts';
import type { Files } from '../model/io.ts';
import { LOCAL } from '../model/project.ts';

const MAGIC = 0x32_76_65_73; // sev2
const HEAD = 16; // magic, checksum of all after it, number of paths, nothing
const AGE = 86_400_000; // once a day everything is decided anew, so that what is in use is seen to be

export interface Evidence {
  readonly events: readonly Event[];
}

/** What an invocation is given. */
interface Given {
  /** Digest of all but the environment. */
  readonly key: Digest;
  readonly now: number;
  /** Whether the environment would give these answers. */
  readonly says: (answers: Answers) => boolean;
  /** Called before the paths are looked at, all at once. */
  readonly attest: () => Promise<void>;
}

/** Undefined: decide. */
export async function readEvidence(files: Files, folder: string, { key, now, says, attest }: Given): Promise<Evidence | undefined> {
  try {
    const bytes = readRegular(files, pathIn(folder));
    const kept = decode(bytes);
    if (kept === undefined || kept.key !== key || now < kept.at || now > kept.at + AGE) return undefined;
    if (kept.boot !== bootId(files)) return undefined; // a file may have lost its bytes, and nothing else, when the power went
    if (!says(kept.answers)) return undefined;
    await attest();
    return stillSo(files, kept.facts) ? { events: kept.events } : undefined;
  } catch {
    return undefined; // none, or not readable
  }
}

/** What a run says, as long as it may prove something: of a run that does anything nothing is held, whatever its steps print. */
export class Sayings {
  #events: Event[] | undefined = [];

  /** Whether all that was said until now may prove something. */
  add(event: Event): boolean {
    if (isStill(event)) this.#events?.push(event);
    else this.#events = undefined;
    return this.#events !== undefined;
  }

  /** All that was said; undefined if it proves nothing. */
  get proof(): readonly Event[] | undefined {
    const last = this.#events?.at(-1);
    return last?.type === 'run-finished' && last.exit === 0 ? this.#events : undefined;
  }
}

/** Keeps what the run said, if it proves something. Never throws: it is kept by the next run then. */
export function keepEvidence(io: Writing, folder: string, run: EvidenceOfRun): void {
  try {
    const events = run.said.proof;
    const facts = events && factsOf(io.files, run.looked, run.began);
    const boot = bootId(io.files);
    if (events && facts && boot !== '') replaceFile(io, pathIn(folder), encode({ ...run, boot }, events, facts), { mode: 0o600 });
  } catch {
    // full, read-only: nothing is lost
  }
}

interface EvidenceOfRun {
  readonly key: Digest;
  readonly said: Sayings;
  readonly looked: Looked;
  readonly answers: () => Answers;
  /** Before the first look, in milliseconds since 1970. */
  readonly began: number;
}

/** Of a run in which every step of this computer was found fresh, and nothing else happened. */
function isStill(event: Event): boolean {
  switch (event.type) {
    case 'run-started':
    case 'run-finished':
      return true;
    case 'planned':
      return event.places.length === 0 && !event.again && event.steps.every(({ sandbox, asks }) => sandbox === LOCAL && !asks);
    case 'step-finished':
      return event.outcome.is === 'fresh';
    default:
      return false;
  }
}

interface Kept {
  readonly key: Digest;
  readonly at: number;
  readonly boot: string;
  readonly answers: Answers;
  readonly facts: Facts;
  readonly events: readonly Event[];
}

function encode(
  { key, began, boot, answers }: EvidenceOfRun & Pick<Kept, 'boot'>,
  events: readonly Event[],
  { paths, marks }: Facts,
): Uint8Array {
  const text = Buffer.from(JSON.stringify({ key, at: began, boot, answers: answers(), paths, events }));
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(paths.length, 8);
  const bytes = Buffer.concat([head, new Uint8Array(marks.buffer, marks.byteOffset, marks.byteLength), text]);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

function decode(bytes: Buffer): Kept | undefined {
  if (bytes.length < HEAD || bytes.readUInt32LE(0) !== MAGIC || bytes.readUInt32LE(4) !== crc32(bytes.subarray(8))) return undefined;
  const end = HEAD + bytes.readUInt32LE(8) * MARKS * 8;
  if (end > bytes.length) return undefined;
  const marks = new Float64Array(bytes.buffer.slice(bytes.byteOffset + HEAD, bytes.byteOffset + end));
  const { key, at, boot, answers, paths, events } = JSON.parse(bytes.toString('utf8', end)) as Omit<Kept, 'facts'> & {
    readonly paths: string[];
  };
  return { key, at, boot, answers, facts: { paths, marks }, events };
}

function pathIn(folder: string): string {
  return `${folder}/evidence`;
}
