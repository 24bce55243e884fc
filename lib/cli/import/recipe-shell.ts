import { contentOf, flatPieces, type Scope } from './expand.ts';
import type { Makefile } from './makefile.ts';
import type { RecipeShell } from './script.ts';

/** The shell that recipes are written for; text that says why there is no such step. */
export function shellOf(makefile: Makefile, special: ReadonlyMap<string, readonly string[]>, scope: Scope): RecipeShell | string {
  const text = (name: string): string => {
    const variable = makefile.variables.get(name);
    return variable === undefined ? '' : flatPieces(contentOf(variable, scope), scope).trim();
  };
  const program = text('SHELL');
  const [, name = ''] = /^(?:\/usr\/bin\/env\s+|(?:\/\w+)*\/)?(\w+)$/.exec(program) ?? [];
  if (!['sh', 'bash', 'dash', 'ash'].includes(name)) return `recipes are written for ${program}, and steps have sh or bash`;
  const flags = text('.SHELLFLAGS').split(/\s+/);
  const letters = flags.filter((flag) => /^-[a-z]+$/.test(flag)).join('');
  return {
    is: name === 'bash' ? 'bash' : 'sh',
    stops: letters.includes('e') || special.has('.POSIX'),
    pipefail: flags.includes('pipefail'),
    strict: letters.includes('u'),
    whole: special.has('.ONESHELL'),
  };
}
