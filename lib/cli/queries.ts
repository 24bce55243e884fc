import { type Command, MANY } from './command.ts';
import { CHOICE, FILE, QUERY, SHOW } from './flags.ts';

/** Commands that read only. */
export const QUERIES: readonly Command[] = [
  {
    name: 'list',
    operands: '',
    least: 0,
    most: 0,
    summary: 'List the steps and sandboxes',
    about: 'Lists the steps of the Sandboxfile with their descriptions, and its sandboxes. Reads only.',
    flags: QUERY,
    examples: [['sbx list', 'the steps of this project']],
  },
  {
    name: 'plan',
    operands: '[STEP...] [-- ARGS]',
    least: 0,
    most: MANY,
    names: 'step',
    rest: true,
    summary: 'Show what a run would do, and why',
    about:
      'Shows for each step whether it is fresh, comes from the store or would run, why, and what that costs as far as history tells. Runs nothing, connects nowhere.',
    flags: [...FILE, ...CHOICE, 'json', ...SHOW],
    examples: [['sbx plan fetch-artifacts', 'what a run of fetch-artifacts would do now']],
  },
  {
    name: 'explain',
    operands: 'STEP [-- ARGS]',
    least: 1,
    most: 1,
    names: 'step',
    rest: true,
    summary: 'Explain why a step is fresh or not',
    about:
      'Shows why a step would run, how it differs from its last good run, field by field and file by file, and all that can change its result. Reads only.',
    flags: [...FILE, ...CHOICE, 'json', ...SHOW],
    examples: [['sbx explain remote-build', 'why remote-build would run']],
  },
  {
    name: 'status',
    operands: '[STEP...]',
    least: 0,
    most: MANY,
    names: 'step',
    summary: 'Say whether steps are up to date',
    about: 'Exits with 0 if everything named is up to date and with 3 if not. Without a name, the default of the Sandboxfile. Reads only.',
    flags: [...FILE, 'only', 'json', ...SHOW],
    examples: [['sbx status && echo up to date', 'for scripts']],
  },
  {
    name: 'graph',
    operands: '[STEP...]',
    least: 0,
    most: MANY,
    names: 'step',
    summary: 'Show how steps depend on each other',
    about:
      'Shows the named steps and all they come after, or every step: what each needs, what else it waits for, and which places it provides and releases. Steps of one layer can run at once. Reads only.',
    flags: [...FILE, 'only', 'format', 'json', ...SHOW],
    formats: ['text', 'mermaid', 'dot', 'json'],
    examples: [
      ['sbx graph fetch-artifacts', 'what comes before fetch-artifacts, layer by layer'],
      ['sbx graph --format dot | dot -Tsvg > graph.svg', 'a picture by Graphviz'],
    ],
  },
  {
    name: 'validate',
    operands: '',
    least: 0,
    most: 0,
    summary: 'Check the Sandboxfile',
    about: 'Shows everything that is wrong with the Sandboxfile, all at once. Runs nothing.',
    flags: QUERY,
    examples: [['sbx validate', 'exit 0 if the file is right, 2 if not']],
  },
  {
    name: 'replay',
    operands: '[RUN]',
    least: 0,
    most: 1,
    summary: 'Show an earlier run again',
    about: 'Shows the journal of a run, the newest one without a name, in any view. Reads only.',
    flags: ['directory', 'file', 'output', 'json', ...SHOW],
    examples: [['sbx replay', 'the last run once more']],
  },
];
