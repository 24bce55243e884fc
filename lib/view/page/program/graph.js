// The graph of the steps.
import { byId, critical, dependents, nodes, run, steps } from './data.js';
import { open } from './detail.js';
import { draw, make, section, words } from './nodes.js';

const [WIDE, HIGH, ASIDE, BELOW] = [180, 30, 56, 12];

export function graph() {
  const at = ({ spot: [column, row] }) => [10 + column * (WIDE + ASIDE), 10 + row * (HIGH + BELOW)];
  const width = 20 + Math.max(...steps.map(({ spot }) => spot[0] + 1)) * (WIDE + ASIDE) - ASIDE;
  const height = 20 + Math.max(...steps.map(({ spot }) => spot[1] + 1)) * (HIGH + BELOW) - BELOW;
  const edges = steps.flatMap((step) => [...step.needs, ...step.after].map((from) => edge(from, step, at)));
  const boxes = steps.map((step) => box(step, at(step)));
  const size = { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Graph of the steps' };
  const svg = draw('svg', size, edges.filter(Boolean), boxes);
  svg.addEventListener('keydown', nodeKeys);
  const large = steps.length > 80 ? ' large' : '';
  const keys = make('p', { class: 'dim keys' }, 'Left and right follow the arrows, up and down stay in a column, Enter opens a step.');
  const made = section('graph', 'Graph', make('div', { class: `drawing${large}` }, svg), keys);
  made.firstElementChild.className = large.trim();
  return made;
}

function edge(from, step, at) {
  const other = byId.get(from);
  if (!other) return undefined;
  const [x1, y1] = at(other);
  const [x2, y2] = at(step);
  const middle = (x1 + WIDE + x2) / 2;
  const [up, down] = [y1 + HIGH / 2, y2 + HIGH / 2];
  const { steps: ids = [] } = run?.critical ?? {};
  const isCritical = ids[ids.indexOf(step.id) - 1] === from && critical.has(step.id);
  const weak = step.needs.includes(from) ? '' : ' weak';
  return draw('path', {
    class: `edge${weak}${isCritical ? ' critical' : ''}`,
    d: `M${x1 + WIDE} ${up}C${middle} ${up} ${middle} ${down} ${x2} ${down}`,
  });
}

function box(step, [x, y]) {
  const { id, ended = '' } = step;
  const signs = [...id];
  const name = signs.length > 24 ? `${signs.slice(0, 23).join('')}…` : id;
  const node = draw(
    'g',
    {
      class: `node ${ended}`,
      transform: `translate(${x} ${y})`,
      tabindex: nodes.size === 0 ? 0 : -1,
      role: 'button',
      'aria-label': ended ? `${id}, ${words(ended)}` : id,
    },
    draw('title', {}, id),
    draw('rect', { class: 'box', width: WIDE, height: HIGH, rx: 5 }),
    draw('rect', { class: 'stripe', width: 5, height: HIGH, rx: 2 }),
    draw('text', { x: 13, y: 20 }, name),
  );
  node.addEventListener('click', () => open(id, node, false));
  nodes.set(id, node);
  return node;
}

function nodeKeys(event) {
  const step = steps.find(({ id }) => nodes.get(id) === event.target.closest('.node'));
  if (!step) return;
  const { id, needs, after, spot } = step;
  const beside = (by) => steps.find((one) => one.spot[0] === spot[0] && one.spot[1] === spot[1] + by)?.id;
  const to = {
    ArrowLeft: () => [...needs, ...after].find((one) => nodes.has(one)),
    ArrowRight: () => dependents.get(id)[0],
    ArrowUp: () => beside(-1),
    ArrowDown: () => beside(1),
  }[event.key];
  if (to) {
    const next = nodes.get(to());
    if (next) {
      nodes.get(id).setAttribute('tabindex', -1);
      next.setAttribute('tabindex', 0);
      next.focus();
      next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  } else if (event.key === 'Enter' || event.key === ' ') open(id, nodes.get(id), true);
  else return;
  event.preventDefault();
}
