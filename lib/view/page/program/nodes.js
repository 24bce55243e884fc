// Nodes and words of the page. What others wrote becomes text of nodes, never markup.
const SVG = 'http://www.w3.org/2000/svg';
const SIGN = {
  succeeded: '✓',
  fresh: '=',
  restored: '↺',
  skipped: '–',
  failed: '✗',
  cancelled: '■',
  'cut-off': '■',
  'not-begun': '·',
};

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== ''));
  return node;
}
export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

export const words = (ended) => ended.replace('-', ' ');

export function time(ms) {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const two = (n) => String(n).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
}

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

export function state(ended) {
  return make('span', { class: ended }, make('span', { 'aria-hidden': 'true' }, `${SIGN[ended] ?? ''} `), words(ended));
}

export function against(ms, usual) {
  const change = Math.round((100 * (ms - usual)) / Math.max(usual, 1));
  const much = Math.abs(ms - usual) < 50 || Math.abs(change) < 5 ? 'as usual' : `${change > 0 ? '+' : '−'}${Math.abs(change)} %`;
  return `${much} (${time(usual)})`;
}

export function section(id, title, ...children) {
  return make('section', { id, 'aria-labelledby': `${id}-title` }, make('h2', { id: `${id}-title` }, title), ...children);
}
