import { join } from 'node:path';
import { maskFor } from '../../../lib/run/mask.ts';
import type { Random } from '../random.ts';
import type { Row, Trial } from '../row.ts';
import { ENCODINGS, leakOf } from './encodings.ts';
import { FAULTS, type Story, storyOf } from './story.ts';

/** Steps that declare a secret. */
const DECLARED: ReadonlySet<string> = new Set(['prints', 'keeps', 'fails', 'far']);
const COMMANDS = [
  'a run',
  'a run as JSON',
  'a run for GitHub',
  'a run in groups, verbose',
  'plan',
  'plan as JSON',
  'explain',
  'explain as JSON',
  'status',
  'validate',
  'list',
  'replay',
  'a run in the dark',
  ...Object.keys(FAULTS),
];
const PLACES: readonly (readonly [name: string, matches: RegExp])[] = [
  ['logs and journals', /^demo\/\.sbx\/runs\//],
  ['what is kept of the last runs', /^demo\/\.sbx\/(?!runs\/)/],
  ['the store', /^home\/\.cache\//],
  ['the state of the user', /^home\/(?!\.cache\/)/],
  ['the workspace on the far side', /^far\//],
];

function valuesOf(random: Random): readonly (readonly [kind: string, value: string])[] {
  const letters = (count: number): string =>
    random
      .bytes(2 * count)
      .toString('base64')
      .replace(/[+/=]/g, '')
      .slice(0, count);
  return [
    ['a token', letters(24)],
    ['signs', `p@ss "${letters(10)}" $&<é>/'${letters(10)}%+\\`],
    ['a long one', letters(200)],
    ['many lines', `-----BEGIN KEY-----\n${letters(64)}\n${letters(64)}\n${letters(20)}\n-----END KEY-----`],
  ];
}

function* masks(random: Random, round: string): Iterable<Trial> {
  for (const [kind, value] of valuesOf(random)) {
    for (const [name, encode] of ENCODINGS) {
      yield {
        name: `${kind} as ${name}, cut at every place${round}`,
        async run() {
          const make = maskFor([value]);
          const text = Buffer.from(`before ${encode(value)} after\n`);
          for (let cut = 0; cut <= text.length; cut++) {
            const mask = make();
            const shown = Buffer.concat([mask.push(text.subarray(0, cut)), mask.push(text.subarray(cut)), mask.end()]).toString();
            const leak = leakOf(value, shown);
            if (leak !== undefined) return `cut at ${cut}: ${leak} in ${shown}`;
            if (!shown.startsWith('before ') || !shown.endsWith(' after\n')) return `cut at ${cut}: ${shown}`;
          }
          return undefined;
        },
      };
    }
  }
}

function* sinks(story: () => Promise<Story>, round: string): Iterable<Trial> {
  const leakIn = (text: string, { values }: Story): string | undefined =>
    Object.entries(values)
      .map(([name, value]) => leakOf(value, text) && `${name} as ${leakOf(value, text)}`)
      .find((leak) => leak !== undefined);
  for (const command of COMMANDS) {
    yield {
      name: `in what ${command} says${round}`,
      async run() {
        const done = await story();
        const text = done.said[command] ?? '';
        if (command in FAULTS && !(text.startsWith('exit 70\n') && text.includes('a fault of sbx'))) return `there was no fault: ${text}`;
        if (command.startsWith('a run') && command !== 'a run in the dark' && !text.includes('***')) return `nothing was masked: ${text}`;
        const leak = leakIn(text, done);
        return leak && `${leak}\n${text}`;
      },
    };
  }
  for (const [place, matches] of PLACES) {
    yield {
      name: `in ${place}${round}`,
      async run() {
        const done = await story();
        const found = done.files.filter(({ path }) => matches.test(path));
        if (found.length === 0) return 'there are no files';
        for (const { path, bytes } of found) {
          const leak = leakIn(bytes.toString('utf8'), done);
          if (leak !== undefined) return `${leak} in ${path}`;
        }
        return undefined;
      },
    };
  }
  yield {
    name: `in logs that others may read${round}`,
    async run() {
      const open = (await story()).files.filter(
        ({ path, mode }) => /^demo\/\.sbx\/runs\/|^home\/\.state\//.test(path) && (mode & 0o077) !== 0,
      );
      return open.length === 0 ? undefined : open.map(({ path, mode }) => `${path}: ${mode.toString(8)}`).join('\n');
    },
  };
  yield {
    name: `in a command line of any process${round}`,
    async run() {
      const { argv, looks } = await story();
      return looks < 10 ? `only ${looks} looks` : argv.length === 0 ? undefined : argv.join('\n');
    },
  };
  yield {
    name: `in the environment of another process${round}`,
    async run() {
      const { environments } = await story();
      if (!environments.includes('prints')) return `the step that declared it was not seen: ${environments.join(', ')}`;
      // sbx has them from its user; a child of it that is no other program yet has no command line.
      const others = environments.filter((one) => one !== '' && !DECLARED.has(one) && !/sbx\.cjs/.test(one));
      return others.length === 0 ? undefined : others.join('\n');
    },
  };
}

function* fingerprints(story: () => Promise<Story>, round: string): Iterable<Trial> {
  yield {
    name: `in fingerprints${round}`,
    async run() {
      const { values } = (await story()).again;
      // A key that held a value would be another one, and its step stale.
      return values.outcome === 'fresh' && values.kept === 1
        ? undefined
        : `other values, and the step is ${values.outcome}, ${values.kept} kept`;
    },
  };
  yield {
    name: `a version in fingerprints${round}`,
    async run() {
      const { version } = (await story()).again;
      return version.outcome === 'succeeded' && version.kept === 2
        ? undefined
        : `another version, and the step is ${version.outcome}, ${version.kept} kept`;
    },
  };
}

export const row: Row = {
  name: 'secrets',
  figure: 'canaries as secrets',
  bar: '0 canaries',
  short: 60,
  long: 5000,
  slots: 2,
  patience: 300_000,
  async open({ random, folder }) {
    return {
      *trials(count) {
        let given = 0;
        for (let round = 0; given < count; round++) {
          const own = random.fork(`round ${round}`);
          const said = round === 0 ? '' : `, round ${round}`;
          let made: Promise<Story> | undefined;
          const story = (): Promise<Story> => (made ??= storyOf(join(folder, `story${round}`), own.fork('story')));
          for (const trial of [...sinks(story, said), ...fingerprints(story, said), ...masks(own, said)]) {
            given += 1;
            yield trial;
          }
        }
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};
