import { EXIT } from '../../run/exit-code.ts';
import type { Call } from '../call.ts';
import { completionScript, type Shell } from '../completion/completion.ts';

export async function completion(call: Call): Promise<number> {
  // The parser has checked that it is one of the three.
  call.out.write(completionScript(call.words.operands[0] as Shell));
  return EXIT.done;
}
