import { type Failure, INFRASTRUCTURE, UNREACHABLE } from '../../model/failure.ts';
import type { StepId } from '../../model/project.ts';
import type { RunReport, StepReport } from './report.ts';

/** The run as JUnit writes tests: a step is a test case. What the step itself did wrong is a failure, what came from outside an error. */
export function reportJunit({ project, startedAt, ms, steps }: RunReport, logs: ReadonlyMap<StepId, string>): string {
  const cases = steps.map((step) => caseOf(step, project, logs.get(step.id)));
  const count = (element: string): number => cases.filter((one) => one.includes(`\n    <${element}`)).length;
  const sums = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  const suite = `name=${value(project)} ${sums} skipped="${count('skipped')}" time="${seconds(ms)}"`;
  const at = new Date(startedAt).toISOString().slice(0, 19);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name=${value(project)} ${sums} time="${seconds(ms)}">`,
    `<testsuite ${suite} timestamp="${at}">`,
    ...cases,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseOf(step: StepReport, project: string, log: string | undefined): string {
  const head = `  <testcase name=${value(step.id)} classname=${value(`${project}.${step.sandbox}`)} time="${seconds(step.ms)}"`;
  const parts = [verdict(step), log === undefined ? '' : `    <system-out>${text(log)}</system-out>`].filter((part) => part !== '');
  return parts.length === 0 ? `${head}/>` : `${head}>\n${parts.join('\n')}\n  </testcase>`;
}

function verdict({ ended, failure, why }: StepReport): string {
  switch (ended) {
    case 'failed':
      return failure ? failed(failure) : '';
    case 'skipped':
      return `    <skipped message=${value(why.join('; '))}/>`;
    case 'cancelled':
    case 'cut-off':
      return `    <error type="${ended}" message="${ended}"/>`;
    case 'not-begun':
      return '    <skipped message="the run ended before its turn"/>';
    default:
      return '';
  }
}

function failed({ code, message, command, lastLines = [], hint }: Failure): string {
  const element = UNREACHABLE.has(code) || INFRASTRUCTURE.has(code) || code === 'fault' ? 'error' : 'failure';
  const body = [...(command === undefined ? [] : [`$ ${command}`]), ...lastLines, message, ...(hint === undefined ? [] : [hint])];
  return `    <${element} type="${code}" message=${value(message)}>${text(body.join('\n'))}</${element}>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function value(words: string): string {
  return `"${text(words).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`;
}

const ENTITIES: { readonly [sign: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** XML 1.0 has no control characters, half characters and U+FFFE, in whatever spelling. */
function text(words: string): string {
  return (
    words
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\p{Cs}]/gu, '\ufffd')
      .replace(/[&<>"\r]/g, (sign) => ENTITIES[sign] ?? sign)
  );
}
