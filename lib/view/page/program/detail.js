// The panel that shows one step.
import { byId, critical, dependents, nodes, rows, run } from './data.js';
import { against, draw, make, state, time } from './nodes.js';

export const panel = make('aside', { class: 'detail', 'aria-labelledby': 'detail-title', hidden: true });
let opened;
let opener;

/** `enter`: the panel gets the focus, and gives it back to `from` when it is closed. */
export function open(id, from, enter) {
  if (panel.hidden || !panel.contains(from)) opener = from;
  mark(id);
  const step = byId.get(id);
  const title = make('h2', { id: 'detail-title', tabindex: -1 }, id);
  const close = make('button', { type: 'button', class: 'close', onclick: shut }, 'Close');
  panel.replaceChildren(make('header', {}, title, step.ended ? state(step.ended) : '', close), facts(step), ...past(step));
  panel.append(...failureOf(step));
  if (run) panel.append(make('h3', {}, 'Log'), log(step) || make('p', { class: 'dim' }, 'It printed nothing in this run.'));
  panel.hidden = false;
  document.body.classList.add('split');
  panel.scrollTop = 0;
  if (enter) title.focus();
}

export function shut() {
  panel.hidden = true;
  document.body.classList.remove('split');
  mark(undefined);
  opener?.focus();
}

function mark(id) {
  rows.get(opened)?.setAttribute('aria-selected', 'false');
  nodes.get(opened)?.removeAttribute('aria-current');
  opened = id;
  rows.get(id)?.setAttribute('aria-selected', 'true');
  nodes.get(id)?.setAttribute('aria-current', 'true');
}

function facts(step) {
  const { title, task, sandbox, needs, after, why = [], hit, start, ms, usual, attempts, ready, notes = [] } = step;
  const told = [
    ['Does', title ?? step.description],
    ['Task', task],
    ['Place', sandbox === 'local' ? 'this computer' : sandbox],
    ['Needs', list(needs)],
    ['After', list(after)],
    ['Needed by', list(dependents.get(step.id))],
    ['Provides', step.provides],
    ['Releases', step.releases],
    ['Ran', start === undefined ? '' : `began at ${time(start)}, took ${time(ms)}${critical.has(step.id) ? ', on the critical path' : ''}`],
    ['Ready', ready === undefined ? '' : `at ${time(ready)}`],
    ['Expected', usual === undefined ? '' : against(ms, usual)],
    ['Cache', hit === undefined ? '' : hit ? 'hit' : 'miss'],
    ['Why', why.length > 1 ? make('ul', {}, ...why.map((text) => make('li', {}, text))) : why[0]],
    ['Key', step.key],
    ['Attempts', attempts > 1 ? String(attempts) : ''],
    ['Notes', notes.length > 0 ? make('ul', {}, ...notes.map((text) => make('li', {}, text))) : ''],
  ];
  const kept = told.filter(([, value]) => value !== undefined && value !== '' && value.length !== 0);
  return make('dl', {}, ...kept.flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
}

/** Durations of successful executions, the oldest first; that of this run has its colour. */
function past({ past: all = [], start, ms }) {
  if (all.length < 2) return [];
  const durations = all.toReversed();
  const most = Math.max(...durations, 1);
  const bars = durations.map((value, at) => {
    const height = Math.max(1, (40 * value) / most);
    const isThis = start !== undefined && value === ms;
    return draw(
      'rect',
      { x: at * 18, y: 42 - height, width: 14, height, class: isThis ? 'now' : undefined },
      draw('title', {}, time(value)),
    );
  });
  const says = `Durations, the oldest first: ${durations.map(time).join(', ')}`;
  const chart = draw('svg', { class: 'times', width: durations.length * 18, height: 44, role: 'img', 'aria-label': says }, bars);
  return [make('h3', {}, 'Durations'), chart, make('p', { class: 'dim' }, durations.map(time).join(', '))];
}

export function link(id, text = id) {
  return make('button', { type: 'button', class: 'link', onclick: (event) => open(id, event.currentTarget, true) }, text);
}

export const list = (ids) => ids.flatMap((id, at) => [at > 0 ? ', ' : '', link(id)]);

export function failureOf({ failure }) {
  if (!failure) return [];
  return [
    make('p', {}, failure.message),
    failure.hint ? make('p', { class: 'dim' }, failure.hint) : '',
    failure.command ? make('pre', {}, failure.command) : '',
  ];
}

export const logOf = (step) => step.log ?? step.failure?.lastLines?.join('\n');

export function log(step) {
  const text = logOf(step);
  if (!text) return '';
  return make('pre', { class: 'log', tabindex: 0, role: 'region', 'aria-label': `Log of ${step.id}` }, text);
}
