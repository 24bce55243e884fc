import { flow } from '../../base/flow.ts';
import { evaluate } from '../../config/expression/evaluate.ts';
import { FUNCTIONS } from '../../config/expression/functions.ts';
import { isProblem, parseExpression } from '../../config/expression/parser.ts';
import { OPERATORS } from '../../config/expression/syntax.ts';
import { NAMES } from '../../config/scope.ts';
import { BASE } from '../../io/base-environment.ts';
import { DIAGNOSTIC_MEANINGS } from '../../model/diagnostic-meanings.ts';
import { type FailureCode, INFRASTRUCTURE } from '../../model/failure.ts';
import { FAILURE_MEANINGS } from '../../model/failure-meanings.ts';
import { OUTPUT_KINDS } from '../../model/output.ts';
import type { Value } from '../../model/value.ts';
import { EXIT, EXIT_MEANINGS, exitCode } from '../../run/exit-code.ts';
import { flagVariables, STEP_VARIABLES, VARIABLES } from '../variables.ts';
import { code, table } from './markdown.ts';

// Pages of the reference that are tables of the code.

export function expressionPage(): string {
  const names = NAMES.map(([name, meaning]) => [code(name), meaning]);
  const operators = Object.entries(OPERATORS).map(([operator, meaning]) => [code(operator), meaning]);
  const functions = [...FUNCTIONS.values()].map(({ usage, summary, example }) => [
    code(usage),
    summary,
    `${code(example)} is ${code(flow(resultOf(example)))}`,
  ]);
  return [
    '# Expressions',
    '',
    "`${{ ... }}` in a value. A value that is one expression keeps its type; in a longer text it becomes text. In `run` a value reaches the shell as a variable, so that it stays one word whatever it contains. Literals are `'text'`, `\"text\"`, numbers, `true`, `false`, `null` and lists `['a', 'b']`; parentheses group.",
    '',
    'Quote a value in `[]` or `{}` that holds an expression: YAML cuts it otherwise.',
    '',
    '## Names',
    '',
    ...table(['name', 'stands for'], names),
    '## Outputs of steps',
    '',
    'What `steps.NAME.outputs.OUTPUT` can be. The value is known when the step has run: the plan says `maybe` until then.',
    '',
    ...table(
      ['kind', 'what it is'],
      Object.entries(OUTPUT_KINDS).map(([kind, meaning]) => [code(kind), meaning]),
    ),
    '## Operators',
    '',
    'The weakest first.',
    '',
    ...table(['operator', 'meaning'], operators),
    '## Functions',
    '',
    ...table(['function', 'gives', 'example'], functions),
  ].join('\n');
}

function resultOf(example: string): Value {
  const parsed = parseExpression(example);
  if (isProblem(parsed)) throw new Error(`${example}: ${parsed.message}`);
  const evaluated = evaluate(parsed, { lookUp: () => undefined, faulty: () => false, known: () => [], spend: () => true });
  if ('problems' in evaluated) throw new Error(`${example}: ${evaluated.problems[0]?.message}`);
  return evaluated.value;
}

export function diagnosticPage(): string {
  return [
    '# Diagnostics',
    '',
    'What can be wrong with a Sandboxfile, or with what is asked of it. All that is wrong is said at once, each with file, line, column and, where something similar is known, a suggestion. `sbx validate` shows it and does nothing else; the exit code is 2.',
    '',
    ...table(
      ['code', 'meaning'],
      Object.entries(DIAGNOSTIC_MEANINGS).map(([name, meaning]) => [code(name), meaning]),
    ),
  ].join('\n');
}

export function failurePage(): string {
  const rows = Object.entries(FAILURE_MEANINGS).map(([name, { means, mend }]) => {
    const failure = { code: name as FailureCode, message: '' };
    const again = INFRASTRUCTURE.has(failure.code) ? 'yes' : '';
    return [code(name), means, String(exitCode([{ is: 'failed', failure }], undefined)), again, mend];
  });
  return [
    '# Failures',
    '',
    'Why a step failed or a place could not be used.',
    '',
    ...table(['code', 'meaning', 'exit code', '`retry` applies', 'what to do'], rows),
    '## Exit codes',
    '',
    'Of several: a signal, then 4, 70, 124, 1.',
    '',
    ...table(
      ['exit code', 'meaning'],
      Object.entries(EXIT_MEANINGS).map(([name, meaning]) => [String(EXIT[name as keyof typeof EXIT]), meaning]),
    ),
  ].join('\n');
}

export function environmentPage(): string {
  const rows = (variables: readonly (readonly [string, string])[]) => variables.map(([name, meaning]) => [code(name), meaning]);
  return [
    '# Environment variables',
    '',
    '## Those that sbx reads',
    '',
    ...table(['variable', 'meaning'], rows(VARIABLES)),
    'Each flag has one as well; the flag is stronger.',
    '',
    ...table(['variable', 'stands for'], rows(flagVariables())),
    '## Those that a step gets',
    '',
    `A step here gets ${[...BASE].map(code).join(', ')} and those that start with \`LC_\`, if they are set; they do not count. \`SBX_RECIPES\` is the folder of the recipes that come with sbx. A step elsewhere gets what its place gives. Both get what \`env\`, \`passEnv\` and \`secrets\` declare, and`,
    '',
    ...table(['variable', 'value'], rows(STEP_VARIABLES)),
  ].join('\n');
}
