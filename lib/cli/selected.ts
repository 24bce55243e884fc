import type { Action } from '../model/plan.ts';
import type { StepId } from '../model/project.ts';
import { draftActions } from '../plan/actions.ts';
import { type Selection, type SelectOptions, select } from '../plan/select.ts';
import { TASK } from '../../tasks/index.ts';
import type { Call } from './call.ts';
import { type Opened, sayFaulty } from './open.ts';
import type { Options } from './options.ts';

/** The steps of an invocation and what they will do. */
export interface Selected {
  readonly selection: Selection;
  readonly actions: readonly Action[];
}

/** What the words name and the flags say; a number: it was said what is wrong, that is the exit code. */
export async function selected(call: Call, opened: Opened, named: readonly StepId[]): Promise<Selected | number> {
  const selection = select(opened.project, opened.graph, named, selectOptions(call.options, named));
  if (selection.value === undefined) return await sayFaulty(call, selection.diagnostics);
  const actions = draftActions(opened.project, selection.value, TASK);
  if (actions.value === undefined) return await sayFaulty(call, actions.diagnostics);
  return { selection: selection.value, actions: actions.value };
}

function selectOptions(options: Options, named: readonly StepId[]): SelectOptions {
  const only = options.only ? { only: true } : {};
  if (options.force !== 'named') return { ...only, force: options.force };
  return { ...only, force: named.length === 0 ? true : named };
}
