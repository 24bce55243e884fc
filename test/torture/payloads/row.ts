import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadText } from '../../config/loading.ts';
import { startSshd } from '../../rig/sshd.ts';
import type { Random } from '../random.ts';
import type { Row, Trial } from '../row.ts';
import { type Names, namesOf } from './names.ts';
import { anyPayload, PAYLOADS } from './payloads.ts';
import { QUOTINGS, REFUSED } from './quotings.ts';
import { type Payload, type Sheet, sheetOf } from './sheet.ts';
import { bytesAsName, workspacesOf } from './workspaces.ts';

const PLACES = ['here', 'far'] as const;
/** Payloads of one run. */
const BATCH = 30;

function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…${text.length}` : text);
}

function differ(kept: string, wanted: string): string | undefined {
  return kept === wanted ? undefined : `${shown(kept)} arrived, ${shown(wanted)} was given`;
}

interface Batch {
  readonly payloads: readonly Payload[];
  readonly sheet: () => Promise<Sheet>;
  readonly names: () => Promise<Names>;
  readonly workspaces: () => Promise<(n: number) => string | undefined>;
}

/** Made when the first of its cases is run. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

function* casesOf({ payloads, sheet, names, workspaces }: Batch): Iterable<Trial> {
  for (const [n, { text, raw, canary }] of payloads.entries()) {
    const safe = (wrong: string | undefined): string | undefined => (existsSync(canary) ? 'the canary came into being' : wrong);
    for (const at of PLACES) {
      for (const quoting of QUOTINGS) {
        const run = async (): Promise<string | undefined> => {
          const done = await sheet();
          const kept = done.kept(at, n, quoting.name);
          if (kept === undefined) return safe(`nothing was kept: ${done.failed ?? 'and no run failed'}`);
          return safe(kept.words === '2' ? differ(kept.text, quoting.kept(text)) : `${kept.words} words with the name`);
        };
        yield { name: `${shown(raw)} as a ${quoting.name === 'env' ? 'variable' : `parameter, ${quoting.name}`}, ${at}`, run };
      }
      for (const shell of ['sh', 'argv'] as const) {
        const run = async (): Promise<string | undefined> => {
          const done = await sheet();
          const count = done.words(at, shell);
          return safe(
            count === String(payloads.length)
              ? differ(done.word(at, shell, n) ?? '', text)
              : `${count} words of ${payloads.length}: ${done.failed ?? ''}`,
          );
        };
        yield { name: `${shown(raw)} behind --, ${shell}, ${at}`, run };
      }
    }
    yield { name: `${shown(raw)} in the path of a workspace`, run: async () => safe((await workspaces())(n)) };
    for (const as of ['file', 'folder'] as const) {
      yield { name: `${shown(raw)} as the name of a ${as}`, run: async () => safe((await names())[as](n)) };
    }
  }
}

/** Where a value would be a part of the program it is refused, with the line and the column. */
function* refusals(random: Random): Iterable<Trial> {
  for (const text of REFUSED) {
    const value = random.pick(PAYLOADS);
    yield {
      name: `refused: ${shown(text)}`,
      async run() {
        const body = text.replaceAll('VALUE', '${{ params.p }}').replace(/^/gm, '      ');
        const { value: made, diagnostics } = await loadText(`version: 1\nparams: { p: a }\nsteps:\n  a:\n    run: |\n${body}\n`, {
          set: [['p', value]],
        });
        const [first] = diagnostics;
        if (made !== undefined || first === undefined) return 'it was taken';
        const column = (body.split('\n')[(first.span?.start.line ?? 0) - 6] ?? '').indexOf('${{') + 1;
        return first.code === 'unsafe-expression' && first.span?.start.column === column
          ? undefined
          : `${first.code} at ${first.span?.start.line}:${first.span?.start.column}: ${first.message}`;
      },
    };
  }
}

export const row: Row = {
  name: 'payloads',
  figure: 'payloads x sinks',
  bar: '0 canaries',
  short: 240,
  long: 20_000,
  slots: 4,
  patience: 600_000,
  async open({ random, folder }) {
    const sshd = await startSshd();
    const batchOf = (texts: readonly string[], name: string): Batch => {
      const own = join(folder, name);
      const payloads = texts.map((text, n) => ({
        raw: text,
        text: text.replaceAll('CANARY', join(own, `canary${n}`)),
        canary: join(own, `canary${n}`),
      }));
      return {
        payloads,
        sheet: lazily(() => sheetOf(payloads, join(own, 'sheet'), sshd)),
        names: lazily(() => namesOf(payloads, join(own, 'names'), sshd)),
        workspaces: lazily(() => workspacesOf(payloads, join(own, 'workspaces'), sshd)),
      };
    };
    function* trials(count: number): Iterable<Trial> {
      yield* refusals(random.fork('refusals'));
      yield { name: 'bytes that are no text as the name of a file', run: () => bytesAsName(join(folder, 'bytes'), sshd) };
      const known = random.fork('order').shuffled(PAYLOADS);
      for (let at = 0; at < known.length; at += BATCH) yield* casesOf(batchOf(known.slice(at, at + BATCH), `known${at}`));
      if (count <= row.short) return;
      for (let round = 0; ; round++) {
        const own = random.fork(`round ${round}`);
        const texts = new Set(Array.from({ length: BATCH }, () => anyPayload(own)));
        yield* casesOf(batchOf([...texts], `round${round}`));
      }
    }
    return {
      *trials(count) {
        let given = 0;
        for (const trial of trials(count))
          if (count <= row.short || given++ < count) yield trial;
          else return;
      },
      [Symbol.asyncDispose]: () => sshd[Symbol.asyncDispose](),
    };
  },
};
