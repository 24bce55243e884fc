// The run in short: how it ended, what failed, the critical path.
import { byId, critical, data, run, steps } from './data.js';
import { failureOf, link, list, log, logOf, open } from './detail.js';
import { make, median, section, time, words } from './nodes.js';

/** Failures that are shown one by one, and names of steps that failed of one cause. */
const [CARDS, NAMES] = [50, 10];

export function head() {
  const header = make('header');
  if (!run) {
    header.append(make('h1', {}, data.project), make('p', { class: 'dim' }, `${steps.length} steps and what they come after`));
    return header;
  }
  const verdict = run.exit === null ? 'cut-off' : run.exit === 0 ? 'done' : 'failed';
  const said = run.exit === null ? 'cut off' : run.exit === 0 ? 'done' : `failed, exit code ${run.exit}`;
  const began = new Date(run.startedAt);
  header.append(
    make('h1', {}, data.project, make('span', { class: `badge ${verdict}` }, said)),
    make(
      'p',
      { class: 'dim' },
      `Run ${run.run}, began `,
      make('time', { datetime: began.toISOString() }, began.toLocaleString()),
      `, sbx ${run.sbx}`,
      run.stopped ? `, stopped: ${run.stopped}` : '',
    ),
    sums(),
    ...run.warnings.map((text) => make('p', { class: 'cancelled' }, text)),
  );
  return header;
}

function sums() {
  const hits = steps.filter(({ hit }) => hit === true);
  const asked = steps.filter(({ hit }) => hit !== undefined);
  const saved = hits.reduce((sum, { past }) => sum + (median(past) ?? 0), 0);
  const facts = [
    ['Took', time(run.ms)],
    ...Object.entries(run.counts).map(([ended, count]) => [words(ended), String(count)]),
    ['Hits', `${hits.length} of ${asked.length}`],
    ...(saved > 0 ? [['Saved by hits', `about ${time(saved)}`]] : []),
    ...run.places.map(({ sandbox, state: is, ms }) => [`Place ${sandbox}`, is === 'connected' ? `reached in ${time(ms)}` : is]),
  ];
  const cells = facts.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)));
  return make('dl', { class: 'sums' }, cells);
}

export function failures() {
  const failed = steps.filter(({ failure }) => failure);
  if (failed.length === 0) return undefined;
  // What is said of several in the same words (a place that is away) is one failure.
  const same = Map.groupBy(failed, (step) => JSON.stringify([step.failure.message, logOf(step) ? step.id : '']));
  const cards = [...same.values()].slice(0, CARDS).map((all) => {
    const more = all.length > NAMES ? ` and ${all.length - NAMES} more` : '';
    const names = list(all.slice(0, NAMES).map(({ id }) => id));
    return make('article', { class: 'card' }, make('h3', {}, names, more, ' failed'), failureOf(all[0]), log(all[0]));
  });
  const rest = same.size > CARDS ? make('p', { class: 'dim' }, `and ${same.size - CARDS} more: all failed steps are in the table`) : '';
  return section('failures', 'Failures', ...cards, rest);
}

export function path() {
  if (critical.size === 0) return undefined;
  const { ms, waited, steps: ids } = run.critical;
  const bar = make('div', { class: 'path', 'aria-hidden': 'true' });
  for (const id of ids) {
    const step = byId.get(id);
    const part = make('button', { type: 'button', tabindex: -1, class: `bar ${step.ended}`, title: `${id} ${time(step.ms)}` });
    part.style.flexGrow = String(Math.max(step.ms, 1));
    part.addEventListener('click', () => open(id, part, false));
    bar.append(part);
  }
  const idle = waited > 0 ? `, and ${time(waited)} in which none of them ran` : '';
  const chain = ids.map((id) => make('li', {}, link(id), ` ${time(byId.get(id).ms)}`));
  const says = `The steps that decided how long the run took: ${time(ms)} in ${ids.length} ${ids.length === 1 ? 'step' : 'steps'}${idle}.`;
  return section('critical', 'Critical path', make('p', { class: 'dim' }, says), bar, make('ol', { class: 'chain' }, chain));
}
