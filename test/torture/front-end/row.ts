import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cleanEnvironment } from '../../rig/cli.ts';
import { withFolder } from '../../rig/folder.ts';
import type { Row, Trial } from '../row.ts';
import { BYTES } from './hostile/bytes.ts';
import type { Hostile } from './hostile/case.ts';
import { EXPRESSIONS } from './hostile/expressions.ts';
import { GRAPH } from './hostile/graph.ts';
import { SCALARS } from './hostile/scalars.ts';
import { SHAPE } from './hostile/shape.ts';
import { YAML } from './hostile/yaml.ts';
import { judge } from './judge.ts';
import { Reader } from './reader.ts';
import { SPECIAL, type Special } from './special.ts';
import { limitHere } from './yardstick.ts';

const HOSTILE: readonly Hostile[] = [...BYTES, ...YAML, ...SCALARS, ...GRAPH, ...EXPRESSIONS, ...SHAPE];
/** Inputs of one trial of the fuzzer. */
const BATCH = 250;
const BATCHES = 12;

/** The file of a case, as it is read by lines. */
function linesOf(bytes: string | Uint8Array): readonly string[] {
  const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
  return text.replace(/^\ufeff/, '').split(/\r?\n/);
}

async function readHostile(reader: Reader, one: Hostile, limit: number): Promise<string | undefined> {
  return await withFolder(async (home) => {
    const folder = join(home, 'project');
    const bytes = typeof one.text === 'function' ? one.text() : one.text;
    mkdirSync(folder);
    writeFileSync(join(folder, 'Sandboxfile.yaml'), bytes);
    for (const [path, text] of Object.entries(one.more ?? {})) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    cleanEnvironment({ home }); // makes the folders that a home has
    const before = readdirSync(home, { recursive: true }).sort();
    const answer = await reader.ask({ do: 'validate', folder, home, limit, args: one.args ?? [] });
    if (answer.is === 'lost') return answer.why;
    if (answer.is !== 'said') return `a fault: ${answer.is === 'threw' ? answer.text : ''}`;
    const { found, wrong } = judge(answer, limit, linesOf(bytes));
    const after = readdirSync(home, { recursive: true }).sort();
    if (wrong !== undefined) return wrong;
    if (before.join('\n') !== after.join('\n')) return `wrote something: ${after.join(', ')}`;
    if (Buffer.compare(readFileSync(join(folder, 'Sandboxfile.yaml')), Buffer.from(bytes)) !== 0) return 'changed the file';
    return found === one.expect ? undefined : `found ${found}, expected ${one.expect}`;
  });
}

async function readSpecial(reader: Reader, one: Special, limit: number): Promise<string | undefined> {
  return await withFolder(async (home) => {
    const folder = join(home, 'project');
    mkdirSync(folder);
    one.make(join(folder, 'Sandboxfile.yaml'));
    const answer = await reader.ask({ do: 'validate', folder, home, limit, args: [] });
    if (answer.is === 'lost') return answer.why;
    if (answer.is !== 'said') return `a fault: ${answer.is === 'threw' ? answer.text : ''}`;
    const { found, wrong } = judge(answer, limit, []);
    const code = found.replace(/@.*/, '');
    return one.expect.split(' ').includes(code) ? (found.endsWith('@0') ? wrong : undefined) : `found ${found}, expected ${one.expect}`;
  });
}

async function fuzz(reader: Reader, seed: string, limit: number, guided: boolean): Promise<string | undefined> {
  return await withFolder(async (folder) => {
    const last = join(folder, 'last');
    const answer = await reader.ask({ do: 'fuzz', seed, count: BATCH, limit, last, guided });
    if (answer.is === 'lost') return `${answer.why}, with\n${readFileSync(last, 'utf8').slice(0, 4000)}`;
    if (answer.is !== 'tried') return `a fault: ${answer.is === 'threw' ? answer.text : ''}`;
    if (answer.started.length > 0) return `started ${answer.started.join(', ')}`;
    if (answer.inputs < BATCH && answer.wrong === undefined) return `only ${answer.inputs} inputs`;
    return answer.wrong && `${answer.wrong.says}, with\n${answer.wrong.text.slice(0, 4000)}`;
  });
}

export const row: Row = {
  name: 'front-end',
  figure: 'hostile YAML, fuzz',
  bar: '0 crashes, nothing over 1 s',
  short: HOSTILE.length + SPECIAL.length + BATCHES,
  long: 20_000,
  slots: 1, // what runs beside it would count as its own time
  // A reader that does not end is ended by the processor time that it uses.
  patience: 600_000,
  async open({ random }) {
    const reader = new Reader();
    const limit = limitHere();
    return {
      *trials(count): Iterable<Trial> {
        let given = 0;
        for (const one of HOSTILE) if (given++ < count) yield { name: one.name, run: () => readHostile(reader, one, limit) };
        for (const one of SPECIAL) {
          if (given++ < count) yield { name: `${one.name} in place of the file`, run: () => readSpecial(reader, one, limit) };
        }
        const isLong = count > HOSTILE.length + SPECIAL.length + BATCHES;
        for (let batch = 0; given++ < count; batch++) {
          const seed = `${random.fork(`batch ${batch}`).below(2 ** 32)}`;
          yield { name: `${BATCH} inputs of the fuzzer, ${batch}`, run: () => fuzz(reader, seed, limit, isLong) };
        }
      },
      async [Symbol.asyncDispose]() {
        await reader[Symbol.asyncDispose]();
      },
    };
  },
};
