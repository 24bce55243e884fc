import { SAMPLE, WORTH } from './compress.ts';
import { writeFields } from './fields.ts';

// What is asked for lot by lot, so that of each it can be decided whether it is packed. Pure.

/** Bytes that go into one lot. */
const LOT = 8 * 2 ** 20;
/** From this size on a file is a lot of its own. */
const ALONE = 2 ** 20;

interface Named {
  readonly origin: string;
  readonly size: number;
}

interface Lot {
  readonly files: readonly Named[];
  readonly bytes: number;
}

/** Files that follow each other, none of them twice. */
export function lotsOf(files: readonly Named[]): readonly Lot[] {
  const lots: { readonly files: Named[]; bytes: number }[] = [];
  for (const file of files) {
    const last = lots.at(-1);
    if (last && file.size < ALONE && last.bytes < LOT && (last.files[0]?.size ?? 0) < ALONE) {
      last.files.push(file);
      last.bytes += file.size;
    } else lots.push({ files: [file], bytes: file.size });
  }
  return lots;
}

/** As the far side reads it. The sample is from the middle of the largest file: content that is packed already is alike throughout. */
export function lotQuestion({ files }: Lot): Uint8Array {
  const [first] = files;
  if (!first) throw new Error('a lot without files');
  const largest = files.reduce((a, b) => (b.size > a.size ? b : a), first);
  const sample = Math.min(SAMPLE, largest.size);
  const names = writeFields([largest, ...files].map(({ origin }) => `./${origin}`));
  const line = `${names.length} ${1 + ((largest.size - sample) >> 1)} ${Math.floor(sample * WORTH)}\n`;
  return Buffer.concat([Buffer.from(line), names]);
}
