/**
 * Keeps, remembers, recalls and copies out, over and over, in a store that others use and collect: `node store-contender.js FOLDER NAME ROUNDS`.
 * Prints how often it got everything back; ends with 1 if anything was wrong or said to be damaged.
 */
import * as fs from 'node:fs';
import { digestOf } from '../../lib/base/digest.ts';
import { treeOf } from '../../lib/model/tree.ts';
import { openStore } from '../../lib/run/store.ts';
import { ioOf, successOf } from './store-fixture.ts';

const [, , folder = '', name = '', rounds = '0'] = process.argv;
const scratch = `${folder}/${name}`;
fs.mkdirSync(scratch);
const warnings: string[] = [];
const store = openStore(ioOf(), `${folder}/cache`, (text) => warnings.push(text));
let whole = 0;
for (let round = 0; round < Number(rounds); round++) {
  const inputs = `${round % 5}`; // all contenders fight for few keys
  const contents = [`small ${inputs}`, `large ${inputs} `.repeat(6000)];
  const entries = contents.map((content, i) => {
    fs.writeFileSync(`${scratch}/${i}`, content);
    store.keepFile(`${scratch}/${i}`);
    return { kind: 'file', path: `${i}`, digest: digestOf(content), size: content.length, executable: false } as const;
  });
  store.remember(successOf(treeOf(entries), undefined, inputs));
  const recalled = store.recall(successOf(null, undefined, `${(round * 3) % 5}`).key);
  let got = recalled !== undefined;
  for (const entry of recalled?.outputs?.entries ?? []) {
    if (entry.kind !== 'file') continue;
    fs.rmSync(`${scratch}/out`, { force: true });
    if (!store.copyOut(entry.digest, `${scratch}/out`, false, recalled?.key)) got = false;
    else if (digestOf(fs.readFileSync(`${scratch}/out`)) !== entry.digest) throw new Error(`wrong content of ${entry.path}`);
  }
  if (got) whole += 1;
}
process.stdout.write(`${whole}\n`);
if (warnings.length > 0) throw new Error(warnings.join('\n'));
