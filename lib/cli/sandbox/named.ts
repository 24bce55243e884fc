import { suggest } from '../../base/suggest.ts';
import type { Created } from '../../model/created.ts';
import { EXIT } from '../../run/exit-code.ts';
import { type Call, complain } from '../call.ts';
import { createdOf } from './created-ground.ts';

/** The sandbox that a word means: its id, the beginning of that, `sbx-ID` or its name. A number is the exit code; what is wrong was said. */
export function sandboxNamed(call: Call, word: string): Created | number {
  const { all } = createdOf(call).store.list();
  const id = word.replace(/^sbx-/, '');
  const named = all.find((one) => one.name === word || one.id === id);
  if (named !== undefined) return named;
  const begun = id === '' ? [] : all.filter((one) => one.id.startsWith(id));
  const [first] = begun;
  if (first !== undefined && begun.length === 1) return first;
  const none = (message: string, hint?: string): number => {
    complain(call, { message, ...(hint === undefined ? {} : { hint }) });
    return EXIT.failed;
  };
  if (first !== undefined) return none(`${word} is the beginning of ${begun.map((one) => one.id).join(', ')}`);
  const near = suggest(
    word,
    all.flatMap((one) => [one.id, ...(one.name === undefined ? [] : [one.name])]),
  );
  const hint = near === undefined ? 'sbx ls lists them' : `did you mean ${near}?`;
  return none(`there is no sandbox ${word}`, hint);
}
