import { formatDuration } from '../base/duration.ts';
import type { Outcome } from '../model/outcome.ts';
import type { StepId } from '../model/project.ts';
import type { Board, FailedStep } from './board.ts';
import { neutral } from './neutral.ts';
import { PLAIN } from './paint.ts';
import { summaryLine } from './summary.ts';

/** GitHub takes no summary beyond 1 MiB, which several steps of a job share. In UTF-16 code units. */
const LARGEST = 200_000;

/** A step that is worth a row. */
export interface Done {
  readonly step: StepId;
  readonly outcome: Outcome;
  readonly ms: number;
  readonly why: string;
}

/** The summary of a run in Markdown. Names and output of steps cannot change its structure. */
export function markdownOf(board: Board, done: readonly Done[]): string {
  const lines = [`**sbx** ${inline(summaryLine(board, PLAIN))}`, ''];
  if (done.length > 0) {
    lines.push('| step | outcome | time | why |', '| --- | --- | ---: | --- |');
    for (const { step, outcome, ms, why } of done)
      lines.push(`| ${inline(step)} | ${outcome.is} | ${formatDuration(ms)} | ${inline(why)} |`);
    lines.push('');
  }
  // The root failure first: a page is read from its top.
  let size = 0;
  for (const [at, failure] of board.failures.entries()) {
    const section = failureSection(failure);
    size += section.join('\n').length;
    if (size > LARGEST && at > 0) {
      lines.push(`${board.failures.length - at} more failed: the log of the job has them.`, '');
      break;
    }
    lines.push(...section);
  }
  return `${lines.join('\n')}\n`;
}

function failureSection({ steps, failure }: FailedStep): string[] {
  const lines = [`### ${steps.map((step) => inline(step)).join(', ')} failed`, '', inline(failure.message), ''];
  if (failure.command !== undefined) lines.push(...fenced(failure.command.split('\n')));
  if (failure.lastLines && failure.lastLines.length > 0) lines.push(...fenced(failure.lastLines));
  if (failure.hint !== undefined) lines.push(inline(failure.hint), '');
  return lines;
}

/** A fence longer than any in the text. */
function fenced(texts: readonly string[]): string[] {
  const lines = texts.map((line) => neutral(line));
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence, ''];
}

function inline(text: string): string {
  return neutral(text.replace(/\s*\n\s*/g, ' ')).replace(/[\\`*_{}[\]<>()#+!|~&]/g, '\\$&');
}
