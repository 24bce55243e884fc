import { contentOf, flatPieces } from './expand.ts';
import type { Expansion } from './expansion.ts';
import type { Makefile } from './makefile.ts';
import type { RecipeShell } from './script.ts';

/** The shell that recipes are written for; text that says why there is no such step. */
export function shellOf(makefile: Makefile, special: ReadonlyMap<string, readonly string[]>, expansion: Expansion): RecipeShell | string {
  const text = (name: string): string => {
    const variable = makefile.variables.get(name);
    return variable === undefined ? '' : flatPieces(contentOf(variable, expansion), expansion).trim();
  };
  const [program = '', ...own] = text('SHELL')
    .replace(/^\/usr\/bin\/env\s+/, '')
    .split(/\s+/);
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (!['sh', 'bash', 'dash', 'ash'].includes(name)) return `recipes are written for ${program}, and steps have sh or bash`;
  const flags = [...own, ...text('.SHELLFLAGS').split(/\s+/)];
  const letters = flags.filter((flag) => /^-[a-z]+$/.test(flag)).join('');
  return {
    is: name === 'bash' ? 'bash' : 'sh',
    stops: letters.includes('e') || special.has('.POSIX'),
    pipefail: flags.includes('pipefail'),
    strict: letters.includes('u'),
    whole: special.has('.ONESHELL'),
  };
}
