// node .build/test/torture/main.js [ROW...] [--long] [--seed TEXT] [--minutes N] [--match TEXT] [--until-wrong] [--report FOLDER]
import { parseArgs } from 'node:util';
import { shellQuote } from '../../lib/base/quote.ts';
import { drive } from './drive.ts';
import { keep, REPORT } from './report.ts';
import { ROWS } from './rows.ts';
import { SHORT_SEED } from './short-seed.ts';

const USAGE = `usage: npm run torture -- [ROW...] [--long] [--seed TEXT] [--minutes N] [--match PART OF A NAME] [--until-wrong] [--list]
rows: ${Object.keys(ROWS).join(', ')}
--list says every trial as it ends; --report FOLDER puts the report elsewhere`;
const { values, positionals } = given();
process.exitCode = await main();

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const unknown = positionals.filter((name) => ROWS[name] === undefined);
  const box = Number(values.minutes) * 60_000;
  if (unknown.length > 0) return refuse(`no row ${unknown.join(', ')}`);
  if (!(box > 0)) return refuse(`--minutes ${values.minutes} is no number above 0`);
  if (values.seed === '') return refuse('--seed is empty');
  let cases = 0;
  let wrong = 0;
  for (const name of positionals.length > 0 ? positionals : Object.keys(ROWS)) {
    const row = await ROWS[name]?.();
    if (row === undefined) continue;
    console.log(`${name}: ${row.figure}`);
    const report = await drive(row, {
      part: values.long ? 'long' : 'short',
      seed: values.seed,
      box,
      untilWrong: values['until-wrong'],
      ...(values.match === undefined ? {} : { match: values.match }),
      ended: (trial, says) => {
        if (says !== undefined) console.log(`WRONG ${trial}\n      ${says.replaceAll('\n', '\n      ')}`);
        else if (values.list) console.log(`ok    ${trial}`);
      },
    });
    if (report.cases === 0) console.log(`no trial of ${name} has ${values.match ?? 'a name'} in its name; --list tells the names`);
    else keep(values.report, report);
    for (const what of report.lacking) console.log(`left out in part: ${what}`);
    cases += report.cases;
    wrong += report.wrong.length;
    console.log(
      `${report.cases} cases${report.cut ? ' (the time was up)' : ''}, ${report.wrong.length} wrong, ${report.seconds} s, seed ${report.seed}`,
    );
    console.log(
      report.wrong.length > 0
        ? `again: npm run torture -- ${name} ${values.long ? '--long ' : ''}--seed ${shellQuote(report.seed)} --match ${shellQuote(report.wrong[0]?.name ?? '')}`
        : '',
    );
  }
  console.log(`${cases - wrong} passed, ${wrong} failed`);
  return cases > 0 && wrong === 0 ? 0 : 1;
}

function given() {
  try {
    return parseArgs({
      options: {
        long: { type: 'boolean', default: false },
        seed: { type: 'string', default: SHORT_SEED },
        minutes: { type: 'string', default: '15' },
        match: { type: 'string' },
        'until-wrong': { type: 'boolean', default: false },
        report: { type: 'string', default: REPORT },
        list: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    });
  } catch (thrown) {
    process.exit(refuse((thrown as Error).message));
  }
}

function refuse(why: string): number {
  console.error(`${why}\n${USAGE}`);
  return 2;
}
