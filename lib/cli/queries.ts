import { type Command, MANY } from './command.ts';
import { CHOICE, FILE, NARROW, QUERY, REPORTS, SHOW } from './flags.ts';

/** Commands that read only. */
export const QUERIES: readonly Command[] = [
  {
    name: 'list',
    operands: '[TEXT...]',
    least: 0,
    most: MANY,
    summary: 'List the steps and sandboxes, or search them',
    about:
      'Lists the steps of the Sandboxfile with their descriptions, a group for each included file, its sandboxes and its parameters; with TEXT those that have it in their name, description, command, task or place, or nearly so in their name. The cells of a matrix are one row, unless --verbose. With --origin, what set each of their values, with file and line. Reads only.',
    flags: [...FILE, ...NARROW, 'origin', 'json', ...SHOW],
    examples: [
      ['sbx list', 'the steps of this project'],
      ['sbx list test', 'what has to do with tests'],
      ['sbx list build --origin --profile release', 'where each value of build comes from'],
    ],
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
    flags: [...FILE, ...CHOICE, ...NARROW, 'json', ...SHOW],
    examples: [['sbx plan fetch-artifacts', 'what a run of fetch-artifacts would do now']],
  },
  {
    name: 'explain',
    operands: 'STEP [-- ARGS] | RUN RUN',
    least: 1,
    most: 2,
    names: 'step or run',
    rest: true,
    summary: 'Explain why a step is fresh or not, or how two runs differ',
    about:
      'Shows why a step would run, how it differs from its last good run, field by field and file by file, and all that can change its result. Of two runs, as `replay` names them: every step whose outcome or key differs, and what counted differently. Reads only.',
    flags: [...FILE, ...CHOICE, 'json', ...SHOW],
    examples: [
      ['sbx explain remote-build', 'why remote-build would run'],
      ['sbx explain 20261121T184500-3da08c 20261121T190210-7a5a39', 'how two runs differ'],
    ],
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
      'Shows the named steps and all they come after, or every step: what each needs, what else it waits for, and which places it provides and releases. Steps of one layer can run at once. Writes nothing but what -o names.',
    flags: [...FILE, 'only', 'format', 'to', 'json', ...SHOW],
    formats: ['text', 'mermaid', 'dot', 'json', 'html'],
    says: { to: 'write FILE; - is standard output' },
    examples: [
      ['sbx graph fetch-artifacts', 'what comes before fetch-artifacts, layer by layer'],
      ['sbx graph --format html -o graph.html', 'a page that needs nothing else'],
      ['sbx graph --format dot > graph.dot', 'for Graphviz: dot -Tsvg graph.dot'],
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
    names: 'run',
    summary: 'Show an earlier run again',
    about: 'Shows the journal of a run, the newest one without a name, in any view. Reads only.',
    flags: ['directory', 'file', 'output', 'json', ...SHOW],
    says: { json: 'one event a line' },
    examples: [['sbx replay', 'the last run once more']],
  },
  {
    name: 'report',
    operands: '[RUN]',
    least: 0,
    most: 1,
    names: 'run',
    summary: 'Write a page about a run',
    about:
      'Writes what a run did, the newest one without a name, as one page that needs nothing else: its graph, a timeline with the critical path, what hit and what missed and why, logs, and durations against history. Or as JSON, as a trace for Perfetto and chrome://tracing, or as JUnit writes tests. The file lies beside the journal of the run, unless -o names another.',
    flags: ['directory', 'file', 'format', 'to', 'json', ...SHOW],
    formats: REPORTS,
    says: { to: 'write FILE; - is standard output' },
    examples: [
      ['sbx report', 'the last run as a page in .sbx/runs'],
      ['sbx report --format trace -o trace.json', 'for https://ui.perfetto.dev'],
    ],
  },
];
