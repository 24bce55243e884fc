import { suggest } from '../base/suggest.ts';
import { converted } from '../config/given-params.ts';
import { WORDS } from '../config/params.ts';
import type { Lacking, Project } from '../model/project.ts';
import { ask } from './ask.ts';
import type { Call } from './call.ts';

/** Asks for each of the values; the call as if they had been given. Undefined: there was no answer. */
export async function askFor(call: Call, { lacking }: Project, names: Iterable<string>): Promise<Call | undefined> {
  const set: (readonly [string, string])[] = [];
  for (const name of names) {
    const about = lacking.get(name);
    if (about === undefined) continue;
    const text = await askOne(call, name, about);
    if (text === undefined) return undefined;
    if (about.is === 'param') set.push([name, text]);
    else call.surroundings.environment.set(name, text);
  }
  return { ...call, options: { ...call.options, set: [...call.options.set, ...set] } };
}

/** Again and again, until it is an answer. */
async function askOne(call: Call, name: string, about: Lacking): Promise<string | undefined> {
  const choices = about.enum?.map(String);
  const description = about.description === undefined ? '' : `  ${about.description}\n`;
  call.err.write(`${name} is needed:\n${description}${(choices ?? []).map((choice) => `    ${choice}\n`).join('')}`);
  for (;;) {
    const hidden = about.is === 'secret' ? { hidden: true as const } : {};
    const answer = await ask(call.surroundings, { text: `${choices ? 'which of them' : name}: `, ...hidden });
    if (answer === undefined) return undefined;
    const text = about.is === 'secret' ? answer : answer.trim();
    const wrong = wrongWith(text, about, choices);
    if (wrong === undefined) return text;
    call.err.write(`  ${wrong}\n`);
  }
}

function wrongWith(text: string, { type = 'string' }: Lacking, choices: readonly string[] | undefined): string | undefined {
  if (text === '') return 'a value is needed';
  if (choices && !(type === 'list' ? text.split(',') : [text]).every((one) => choices.includes(one))) {
    const near = suggest(text, choices);
    return near === undefined ? `one of ${choices.join(', ')}` : `did you mean ${near}?`;
  }
  return converted(type, text) === undefined ? `this is not ${WORDS[type]}` : undefined;
}
