// What `npm run torture` takes. It is read before anything is compiled, so this knows nothing of the rows but their names.
import { parseArgs } from 'node:util';
import { hintOf } from '../../lib/base/suggest.ts';
import { SHORT_SEED } from './short-seed.ts';

/** What is wanted. */
export interface Wish {
  readonly rows: readonly string[];
  readonly part: 'short' | 'long';
  readonly seed: string;
  /** Milliseconds a row. */
  readonly box: number;
  readonly match?: string;
  readonly untilWrong: boolean;
  /** Says every trial as it ends. */
  readonly verbose: boolean;
  /** Tells the names and tries nothing. */
  readonly list: boolean;
  /** The folder, or with `peers` the file, of the report. */
  readonly report?: string;
  /** The report goes to where the documents are made from. */
  readonly keep: boolean;
  /** Other tools in place of the rows. */
  readonly peers?: { readonly cases: number; readonly only?: string };
}

/** Said in place of attacking; `code` as of the program. */
interface Answer {
  readonly says: string;
  readonly code: 0 | 2;
}

const OPTIONS = {
  long: { type: 'boolean', default: false },
  seed: { type: 'string', default: SHORT_SEED },
  minutes: { type: 'string', default: '15' },
  match: { type: 'string' },
  'until-wrong': { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  report: { type: 'string' },
  keep: { type: 'boolean', default: false },
  peers: { type: 'boolean', default: false },
  cases: { type: 'string', default: '20' },
  only: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const usage = (rows: readonly string[]): string => `usage: npm run torture -- [ROW...] [FLAG...]
  attacks sbx, row by row, and writes a report to .build/torture; without a ROW all of them
  rows: ${rows.join(', ')}

  --long           the long part in place of the short one
  --minutes N      at most N minutes a row (15)
  --seed TEXT      other choices at random (${SHORT_SEED})
  --match TEXT     only the trials whose name holds TEXT
  --until-wrong    ends with the first wrong trial
  --verbose        says every trial as it ends
  --list           tells the rows; with ROW the names of its trials
  --report FOLDER  puts the report there
  --keep           puts it into docs/reliability, from which \`npm run gen\` makes tables

  --peers [--cases N] [--only TOOL]   the same blows against other tools`;

/** `rows`: all that there are. */
export function readFlags(words: readonly string[], rows: readonly string[]): Wish | Answer {
  const refuse = (why: string): Answer => ({ says: `${why}\n\n${usage(rows)}`, code: 2 });
  for (const word of words) {
    const flag = /^--([^=]+)/.exec(word)?.[1];
    if (flag !== undefined && !(flag in OPTIONS))
      return refuse(`There is no --${flag}. ${hint(flag, Object.keys(OPTIONS), '--')}`.trimEnd());
  }
  const given = parsed(words);
  if (typeof given === 'string') return refuse(given);
  const { values, positionals } = given;
  if (values.help) return { says: usage(rows), code: 0 };
  const unknown = positionals.find((name) => !rows.includes(name));
  if (unknown !== undefined) return refuse(`There is no row ${unknown}. ${hint(unknown, rows)}`.trimEnd());
  const [box, cases] = [Number(values.minutes) * 60_000, Number(values.cases)];
  if (!(box > 0)) return refuse(`--minutes ${values.minutes} is no number above 0.`);
  if (!(cases > 0)) return refuse(`--cases ${values.cases} is no number above 0.`);
  if (values.seed === '') return refuse('--seed is empty.');
  if (values.peers && positionals.length > 0) return refuse('--peers takes no ROW.');
  const { match, report, only } = values;
  return {
    rows: positionals.length > 0 ? positionals : rows,
    part: values.long ? 'long' : 'short',
    seed: values.seed,
    box,
    untilWrong: values['until-wrong'],
    verbose: values.verbose,
    list: values.list,
    keep: values.keep,
    ...(match === undefined ? {} : { match }),
    ...(report === undefined ? {} : { report }),
    ...(values.peers ? { peers: { cases, ...(only === undefined ? {} : { only }) } } : {}),
  };
}

function hint(word: string, known: readonly string[], before = ''): string {
  return hintOf(word, known, '').replace('`', `\`${before}`);
}

/** A text says what is wrong. */
function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  } catch (thrown) {
    return (thrown as Error).message;
  }
}
