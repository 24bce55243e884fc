import { relative } from 'node:path';
import { LOCAL, type SandboxName, type StepId } from '../model/project.ts';
import { annotationsOf } from './annotations.ts';
import { newBlocks } from './blocks.ts';
import { fold, newBoard } from './board.ts';
import { command, escapeData } from './github-command.ts';
import { type Done, markdownOf } from './markdown.ts';
import { neutral } from './neutral.ts';
import { PLAIN } from './paint.ts';
import { lineOf, outcomeLine } from './plain.ts';
import { closingLines } from './summary.ts';
import type { View, ViewOptions } from './view.ts';
import { why } from './why.ts';

/** GitHub shows ten errors of a step. */
const MOST = 10;
/** What the runner may take for a command: `::name::` at the beginning of a line, `##[name]` anywhere. */
const COMMANDS = /::|##\[/;
/** Rows of the step summary. */
const ROWS = 200;

interface GithubOptions extends ViewOptions {
  /** Root of the repository, which names of files are relative to for GitHub. */
  readonly repository?: string | undefined;
  /** Takes the markdown of the step summary, once, at the end. */
  readonly summary: (markdown: string) => void;
  /** A word that nobody can guess: it ends the stretch in which GitHub takes no commands. */
  readonly token: () => string;
}

/** Groups, error annotations and a step summary for GitHub Actions. Output of steps cannot give commands to the runner. */
export function githubView({ write, level, summary, token, repository }: GithubOptions): View {
  const board = newBoard();
  const blocks = newBlocks();
  const done: Done[] = [];
  const workspaces = new Map<SandboxName, string>();
  const verbose = level === 'verbose';
  let project: string | undefined;
  /** Text of others, or text that holds some: the runner reads no command in it. The words that see to that are shown in the log, so only where there may be one. */
  const verbatim = (texts: readonly string[]): void => {
    if (texts.length === 0) return;
    const lines = texts.map((text) => neutral(text));
    const word = lines.some((line) => COMMANDS.test(line)) ? token() : undefined;
    const text = `${lines.join('\n')}\n`;
    write(word === undefined ? text : `::stop-commands::${word}\n${text}::${word}::\n`);
  };
  const group = (title: string, lines: readonly string[]): void => {
    if (lines.length === 0) {
      verbatim([title]);
      return;
    }
    write(`::group::${escapeData(title)}\n`);
    verbatim(lines);
    write('::endgroup::\n');
  };
  const annotate = (step: StepId, output: readonly string[], message: string): void => {
    const planned = board.steps.get(step);
    const workspace = workspaces.get(planned?.sandbox ?? LOCAL);
    const errors = annotationsOf(output, { workspace, dir: planned?.dir, project }, MOST);
    for (const { file, line, column, message } of errors) {
      write(command('error', { file, line, ...(column === undefined ? {} : { col: column }), title: step }, message));
    }
    if (errors.length === 0) write(command('error', { title: step }, message));
  };

  return {
    event(e) {
      const reason = e.type === 'step-finished' ? board.running.get(e.step)?.decision : undefined;
      fold(board, e);
      if (e.type === 'run-started') {
        workspaces.set(LOCAL, e.root);
        const below = repository === undefined ? '..' : relative(repository, e.root);
        project = below.startsWith('..') ? undefined : below;
      }
      if (e.type === 'place-connected') workspaces.set(e.sandbox, e.workspace);
      if (e.type === 'step-finished') {
        const because = reason ? why(reason) : '';
        const line = outcomeLine(e.outcome, e.ms, PLAIN, verbose);
        const output = blocks.take(e.step, true);
        if (line !== undefined && done.length < ROWS) done.push({ step: e.step, outcome: e.outcome, ms: e.ms, why: because });
        if (line !== undefined && level !== 'quiet') group(`${e.step} ${line}${because === '' ? '' : ` (${because})`}`, output);
        if (e.outcome.is === 'failed') {
          const lines = output.length > 0 ? output : (e.outcome.failure.lastLines ?? []);
          annotate(e.step, lines, e.outcome.failure.message);
        }
        return;
      }
      if (e.type === 'step-output') {
        if (!blocks.push(e.step, e.text)) return;
        const output = blocks.take(e.step, false);
        if (level !== 'quiet') group(`${e.step} goes on`, output);
        return;
      }
      if (e.type === 'warning') return write(command('warning', {}, e.hint === undefined ? e.text : `${e.text} (${e.hint})`));
      if (e.type === 'run-finished') {
        verbatim(closingLines(board, PLAIN));
        summary(markdownOf(board, done));
        return;
      }
      if (level === 'quiet' || e.type === 'step-started') return;
      const line = lineOf(e, board, PLAIN, verbose);
      if (line !== undefined) verbatim(['step' in e ? `${e.step} ${line}` : line]);
    },
    end: () => Promise.resolve(),
  };
}
