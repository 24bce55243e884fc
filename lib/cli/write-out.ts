import { dirname, resolve } from 'node:path';
import { realFiles } from '../io/io.ts';
import { makeFolder } from '../io/replace.ts';
import { fileTrouble } from '../io/trouble.ts';
import { EXIT } from '../run/exit-code.ts';
import { type Call, complain } from './call.ts';

/** Writes a text where `-o` says; `-` is standard output. A number: it could not be written, which was said; it is the exit code. */
export function writeOut(call: Call, text: string, file: string, mode = 0o666): number | undefined {
  if (file === '-') {
    call.out.write(text);
    return undefined;
  }
  const path = resolve(call.surroundings.cwd, file);
  try {
    makeFolder(realFiles, dirname(path));
    realFiles.writeFileSync(path, text, { mode });
    return undefined;
  } catch (thrown) {
    complain(call, fileTrouble(thrown, 'write', file));
    return EXIT.failed;
  }
}
