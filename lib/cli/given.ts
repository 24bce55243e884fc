import { sortDiagnostics } from '../config/report.ts';
import { makeGraph } from '../plan/graph.ts';
import { lackingDiagnostics, lackingOf } from '../plan/lacking.ts';
import { select } from '../plan/select.ts';
import { canAsk } from './ask.ts';
import type { Call } from './call.ts';
import { narrowed } from './narrow.ts';
import { type Opened, type OpenWish, openOrSay, sayFaulty } from './open.ts';

interface GivenWish extends OpenWish {
  /** What is missing is asked for, where somebody can answer. */
  readonly asks?: true;
}

interface OpenedGiven extends Opened {
  readonly asked: boolean;
  /** The call as if all that was asked for had been given. */
  readonly call: Call;
}

/** Opens for a command that needs the whole of the named steps. What their parameters and variables lack is asked for, or said, all at once. */
export async function openGiven(call: Call, wish: GivenWish): Promise<OpenedGiven | number> {
  const opened = await openOrSay(call, wish);
  if (typeof opened === 'number') return opened;
  const { project } = opened;
  if (project.lacking.size === 0) return { ...opened, asked: false, call };
  // Whoever runs the steps says what is left of them.
  const named = await narrowed({ ...call, options: { ...call.options, level: 'quiet' } }, opened, wish.named);
  if (typeof named === 'number') return named;
  const graph = makeGraph(project).value;
  const steps = graph && select(project, graph, named, { only: call.options.only }).value?.steps;
  const names = lackingOf(project, steps ?? []);
  if (names.size === 0) return { ...opened, asked: false, call };
  if (wish.asks && canAsk(call.surroundings)) {
    const { askFor } = await import('./ask-for.ts');
    const given = await askFor(call, project, names.keys());
    const again = given && (await openGiven(given, wish));
    if (again !== undefined) return typeof again === 'number' ? again : { ...again, asked: true };
  }
  const parsed = await openOrSay(call, { ...wish, parsed: true });
  return typeof parsed === 'number' ? parsed : await sayFaulty(call, sortDiagnostics(lackingDiagnostics(parsed.project, names)));
}
