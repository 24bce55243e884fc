// The table of the steps: timeline, search, filters, keys.
import { critical, rows, run, steps } from './data.js';
import { open, panel } from './detail.js';
import { against, make, section, state, time, words } from './nodes.js';

const shown = { text: '', ended: new Set() };
const count = make('span', { role: 'status', class: 'dim' });
const body = make('tbody');

export function table() {
  const columns = run
    ? [
        ['c-state', 'State'],
        ['c-name', 'Step'],
        ['c-place', 'Place'],
        ['c-lane', `Timeline, ${time(run.ms)}`],
        ['c-time', 'Time'],
        ['c-past', 'Against history'],
        ['c-why', 'Hit or miss, and why'],
      ]
    : [
        ['c-name', 'Step'],
        ['c-place', 'Place'],
        ['c-why', 'Needs'],
        ['c-why', 'After'],
        ['c-why', 'What it is'],
      ];
  for (const step of steps) {
    const row = make('tr', { 'aria-selected': 'false', tabindex: -1 });
    row.append(...(run ? runCells(step) : graphCells(step)));
    row.addEventListener('click', () => {
      if (String(getSelection()) === '') open(step.id, row, false);
    });
    row.dataset.text = [step.id, step.title, step.sandbox, step.task, ...(step.why ?? [])].join(' ').toLowerCase();
    rows.set(step.id, row);
    body.append(row);
  }
  body.addEventListener('keydown', rowKeys);
  const isOnePlace = steps.every(({ sandbox }) => sandbox === 'local');
  const heads = columns.map(([name, title]) => make('th', { class: name, scope: 'col' }, title));
  const grid = make(
    'table',
    { role: 'grid', 'aria-label': 'Steps', class: isOnePlace ? 'one-place' : '' },
    make('thead', {}, make('tr', {}, heads)),
    body,
  );
  rove(body.firstElementChild);
  const keys = make('p', { class: 'dim keys' }, 'Arrows move, Enter opens a step, Escape closes it, / searches.');
  return section('steps', 'Steps', tools(), grid, keys);
}

function runCells(step) {
  const { id, ended, sandbox, start, ms, usual, why, hit } = step;
  const lane = make('div', { class: 'lane' });
  if (start !== undefined) {
    const bar = make('div', { class: `bar ${ended}${critical.has(id) ? ' critical' : ''}` });
    bar.style.left = `${(100 * start) / Math.max(run.ms, 1)}%`;
    bar.style.width = `${Math.min(100, (100 * ms) / Math.max(run.ms, 1))}%`;
    const says = `from ${time(start)} to ${time(start + ms)}${critical.has(id) ? ', on the critical path' : ''}`;
    lane.setAttribute('role', 'img');
    lane.setAttribute('aria-label', says);
    lane.title = says;
    lane.append(bar);
  }
  const verdict = hit === undefined ? '' : hit ? 'hit' : 'miss';
  const reasons = why.length > 0 ? `${why[0]}${why.length > 1 ? ` (and ${why.length - 1} more)` : ''}` : '';
  return [
    make('td', { class: 'c-state' }, state(ended)),
    make('td', { class: 'c-name' }, id),
    make('td', { class: 'c-place dim' }, sandbox === 'local' ? '' : sandbox),
    make('td', { class: 'c-lane' }, lane),
    make('td', { class: 'c-time' }, start === undefined ? '' : time(ms)),
    make('td', { class: 'c-past dim' }, start === undefined || hit || usual === undefined ? '' : against(ms, usual)),
    make('td', { class: 'c-why' }, [verdict, reasons].filter((text) => text !== '').join(': ')),
  ];
}

function graphCells({ id, sandbox, needs, after, provides, releases, description, task }) {
  const roles = [description ?? task, provides ? `provides ${provides}` : '', releases ? `releases ${releases}` : ''];
  return [
    make('td', { class: 'c-name' }, id),
    make('td', { class: 'c-place dim' }, sandbox === 'local' ? '' : sandbox),
    make('td', {}, needs.join(', ')),
    make('td', {}, after.join(', ')),
    make('td', { class: 'dim' }, roles.filter((text) => text !== '').join('; ')),
  ];
}

function tools() {
  const search = make('input', { type: 'search', id: 'search', placeholder: 'Search steps', 'aria-label': 'Search steps' });
  search.addEventListener('input', () => {
    shown.text = search.value.toLowerCase();
    sift();
  });
  const kinds = run ? Object.keys(run.counts) : [];
  const filters = (kinds.length > 1 ? kinds : []).map((ended) => {
    const filter = make('button', { type: 'button', class: ended, 'aria-pressed': 'false' }, `${words(ended)} ${run.counts[ended]}`);
    filter.addEventListener('click', () => {
      const isOn = !shown.ended.delete(ended);
      if (isOn) shown.ended.add(ended);
      filter.setAttribute('aria-pressed', String(isOn));
      sift();
    });
    return filter;
  });
  return make('div', { class: 'tools', role: 'search' }, search, filters, count);
}

function sift() {
  let left = 0;
  for (const step of steps) {
    const row = rows.get(step.id);
    const isShown = row.dataset.text.includes(shown.text) && (shown.ended.size === 0 || shown.ended.has(step.ended));
    row.hidden = !isShown;
    if (isShown) left++;
  }
  count.textContent = left === steps.length ? '' : `${left} of ${steps.length} steps`;
  if (body.querySelector('tr[tabindex="0"]')?.hidden !== false) rove([...body.rows].find((row) => !row.hidden));
}

/** One row of all is reached by Tab; arrows go on from there. */
function rove(row) {
  for (const one of body.querySelectorAll('tr[tabindex="0"]')) one.tabIndex = -1;
  if (row) row.tabIndex = 0;
}

function rowKeys(event) {
  const row = event.target.closest('tr');
  const all = [...body.rows].filter((one) => !one.hidden);
  const at = all.indexOf(row);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 10, PageUp: at - 10, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    const next = all[Math.max(0, Math.min(all.length - 1, to))];
    rove(next);
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
    if (!panel.hidden) open(idOf(next), next, false);
  } else if (event.key === 'Enter' || event.key === ' ') open(idOf(row), row, true);
  else return;
  event.preventDefault();
}

const idOf = (row) => steps.find(({ id }) => rows.get(id) === row).id;
