// The program of the page; the build makes one script of it, which lib/view/page puts into each page.
import { run, steps } from './data.js';
import { panel, shut } from './detail.js';
import { graph } from './graph.js';
import { failures, head, path } from './head.js';
import { make } from './nodes.js';
import { table } from './table.js';

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !panel.hidden) {
    shut();
    event.preventDefault();
  } else if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) {
    document.getElementById('search').focus();
    event.preventDefault();
  }
});
const all = run ? [failures(), path(), table(), graph()] : [graph(), table()];
const parts = steps.length > 0 ? all.filter(Boolean) : [];
const links = parts.map((part) => make('a', { href: `#${part.id}` }, part.firstElementChild.textContent));
const nav = make('nav', { 'aria-label': 'Parts of the page' }, links);
document.body.append(head(), nav, make('main', {}, parts), panel);
