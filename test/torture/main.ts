// node .build/test/torture/main.js [ROW...] [FLAG...]: see flags.ts.
import { shellQuote } from '../../lib/base/quote.ts';
import { startHarness } from '../rig/harness.ts';
import { drive, trialNamesOf } from './drive.ts';
import { readFlags, type Wish } from './flags.ts';
import { KEPT, keep, REPORT } from './report.ts';
import { ROWS } from './rows.ts';

let cases = 0;
let wrong = 0;
let now = '';
process.exitCode = 1;
startHarness(() => console.log(`\nstopped in ${now}\n${sum()}`));
const wish = readFlags(process.argv.slice(2), Object.keys(ROWS));
if ('says' in wish) {
  console.error(wish.says);
  process.exitCode = wish.code;
} else if (wish.list) {
  for (const name of wish.rows) await list(name, wish);
  process.exitCode = 0;
} else {
  for (const name of wish.rows) await attack(name, wish);
  console.log(sum());
  process.exitCode = cases > 0 && wrong === 0 ? 0 : 1;
}

async function attack(name: string, wish: Wish): Promise<void> {
  const row = await ROWS[name]?.();
  if (row === undefined) return;
  now = name;
  console.log(`${name}: ${row.figure}`);
  const report = await drive(row, {
    ...wish,
    ended(trial, says) {
      cases += 1;
      wrong += says === undefined ? 0 : 1;
      if (says !== undefined) console.log(`WRONG ${trial}\n      ${says.replaceAll('\n', '\n      ')}`);
      else if (wish.verbose) console.log(`ok    ${trial}`);
    },
  });
  if (report.cases === 0) console.log(`no trial of ${name} has ${wish.match ?? 'a name'} in its name; --list ${name} tells the names`);
  else keep(wish.report ?? (wish.keep ? KEPT : REPORT), report);
  for (const what of report.lacking) console.log(`left out in part: ${what}`);
  console.log(
    `${report.cases} cases${report.cut ? ' (the time was up)' : ''}, ${report.wrong.length} wrong, ${report.seconds} s, seed ${report.seed}`,
  );
  console.log(
    report.wrong.length > 0
      ? `again: npm run torture -- ${name} ${wish.part === 'long' ? '--long ' : ''}--seed ${shellQuote(report.seed)} --match ${shellQuote(report.wrong[0]?.name ?? '')}`
      : '',
  );
}

async function list(name: string, wish: Wish): Promise<void> {
  const row = await ROWS[name]?.();
  for (const trial of row === undefined ? [] : await trialNamesOf(row, wish)) console.log(trial);
}

function sum(): string {
  return `${cases - wrong} passed, ${wrong} failed`;
}
