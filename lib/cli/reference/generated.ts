import { jsonSchemaOf } from '../../schema/json-schema.ts';
import type { Task } from '../../task.ts';
import { commandReference } from './command-line.ts';
import { sandboxfilePage, tasksPage } from './keys.ts';
import { diagnosticPage, environmentPage, expressionPage, failurePage } from './pages.ts';

// The files that are made from the code. No command loads this: `npm run gen` writes them, and the tests compare them byte by byte.

const NOTE = '<!-- Made from the code by `npm run gen`: edit the code. -->\n\n';

/** Path below the root of the repository, and text, of each file. Pure: the same bytes each time. */
export function generatedFiles(tasks: readonly Task[]): ReadonlyMap<string, string> {
  const pages: readonly (readonly [name: string, about: string, text: string])[] = [
    ['sandboxfile', 'the keys of a Sandboxfile', sandboxfilePage()],
    ['tasks', 'the kinds of steps and their keys', tasksPage(tasks)],
    ['expressions', 'names, operators and functions in `${{ }}`', expressionPage()],
    ['command-line', 'commands and flags', commandReference()],
    ['environment', 'variables that sbx reads, and those that a step gets', environmentPage()],
    ['diagnostics', 'what can be wrong with a file', diagnosticPage()],
    ['failures', 'why a step failed, and exit codes', failurePage()],
  ];
  const index = ['# Reference', '', ...pages.map(([name, about]) => `- [${name}](${name}.md): ${about}`), ''].join('\n');
  const markdown = [['README', '', index] as const, ...pages].map(
    ([name, , text]) => [`docs/reference/${name}.md`, `${NOTE}${text.trimEnd()}\n`] as const,
  );
  return new Map([['sandboxfile.schema.json', `${JSON.stringify(jsonSchemaOf(tasks), undefined, 2)}\n`], ...markdown]);
}
