import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import type { Answer, Asked } from './messages.ts';

// Reads hostile files in a process of its own, which may hang or die. Nothing may be started here: who tries is noted.

let started: string[] = [];
for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const) {
  (childProcess as { [name: string]: unknown })[name] = (file: unknown) => {
    started.push(String(file));
    throw new Error(`${name} ${String(file)}`);
  };
}
syncBuiltinESMExports();

const { invoke } = await import('../../config/in-process.ts');
const { tryInputs } = await import('./fuzz/try.ts');

/** The best of some attempts: what others do on this computer makes each of them slower. */
const ATTEMPTS = 3;
const LONG = 300;

async function validate(asked: Asked & { readonly do: 'validate' }): Promise<Answer> {
  const { folder, home, limit, args } = asked;
  started = [];
  let answer: Answer | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const json = await invoke(['validate', '--json', ...args], folder, home);
    // What is shown is of the same diagnostics: of a file that takes long they are made once.
    const text = json.cpu > LONG ? json : await invoke(['validate', ...args], folder, home);
    const cpu = Math.min(text.cpu, json.cpu, answer?.is === 'said' ? answer.cpu : Number.POSITIVE_INFINITY);
    answer = { is: 'said', codes: [text.code, json.code], text: text === json ? '' : text.text, json: json.text, cpu, started };
    if (cpu <= limit) break;
  }
  return answer as Answer;
}

async function answerTo(asked: Asked): Promise<Answer> {
  try {
    if (asked.do === 'validate') return await validate(asked);
    return { is: 'tried', ...(await tryInputs(asked)), started };
  } catch (thrown) {
    return { is: 'threw', text: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) };
  }
}

process.on('message', (asked: Asked) => void answerTo(asked).then((answer) => process.send?.(answer)));
process.on('disconnect', () => process.exit());
