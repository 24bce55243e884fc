// The program of the page, inlined by lib/view/page. Data of others reach the page as text of nodes only, never as markup.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const { steps, run } = data;
  const byId = new Map(steps.map((step) => [step.id, step]));
  const dependents = new Map(steps.map(({ id }) => [id, []]));
  for (const step of steps) for (const id of [...step.needs, ...step.after]) dependents.get(id)?.push(step.id);
  const critical = new Set(run?.critical.steps);
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
  /** Failures that are shown one by one, and names of steps that failed of one cause. */
  const [CARDS, NAMES] = [50, 10];
  const SVG = 'http://www.w3.org/2000/svg';
  /** What draws the row and the node of a step. */
  const rows = new Map();
  const nodes = new Map();

  // ---- making nodes

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === undefined || value === false) continue;
      if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? '' : String(value));
    }
    node.append(...children.flat().filter((child) => child !== undefined && child !== ''));
    return node;
  }
  const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
  const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  const words = (ended) => ended.replace('-', ' ');

  function time(ms) {
    if (ms < 1000) return `${Math.round(ms)}ms`;
    if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
    const seconds = Math.round(ms / 1000);
    const two = (n) => String(n).padStart(2, '0');
    if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
    return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
  }

  const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

  function state(ended) {
    return make('span', { class: ended }, make('span', { 'aria-hidden': 'true' }, `${SIGN[ended] ?? ''} `), words(ended));
  }

  function link(id, text = id) {
    return make('button', { type: 'button', class: 'link', onclick: (event) => open(id, event.currentTarget, true) }, text);
  }

  const list = (ids) => ids.flatMap((id, at) => [at > 0 ? ', ' : '', link(id)]);

  // ---- the run in short

  function head() {
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

  function failures() {
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

  function failureOf({ failure }) {
    if (!failure) return [];
    return [
      make('p', {}, failure.message),
      failure.hint ? make('p', { class: 'dim' }, failure.hint) : '',
      failure.command ? make('pre', {}, failure.command) : '',
    ];
  }

  const logOf = (step) => step.log ?? step.failure?.lastLines?.join('\n');

  function log(step) {
    const text = logOf(step);
    if (!text) return '';
    return make('pre', { class: 'log', tabindex: 0, role: 'region', 'aria-label': `Log of ${step.id}` }, text);
  }

  function path() {
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

  function section(id, title, ...children) {
    return make('section', { id, 'aria-labelledby': `${id}-title` }, make('h2', { id: `${id}-title` }, title), ...children);
  }

  // ---- the steps

  const shown = { text: '', ended: new Set() };
  const count = make('span', { role: 'status', class: 'dim' });
  const body = make('tbody');

  function table() {
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

  function against(ms, usual) {
    const change = Math.round((100 * (ms - usual)) / Math.max(usual, 1));
    const much = Math.abs(ms - usual) < 50 || Math.abs(change) < 5 ? 'as usual' : `${change > 0 ? '+' : '−'}${Math.abs(change)} %`;
    return `${much} (${time(usual)})`;
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

  // ---- one step

  const panel = make('aside', { class: 'detail', 'aria-labelledby': 'detail-title', hidden: true });
  let opened;
  let opener;

  /** `enter`: the panel gets the focus, and gives it back to `from` when it is closed. */
  function open(id, from, enter) {
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

  function shut() {
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
    const { title, task, sandbox, needs, after, why = [], hit, start, ms, usual, attempts, notes = [] } = step;
    const told = [
      ['Does', title ?? step.description],
      ['Task', task],
      ['Place', sandbox === 'local' ? 'this computer' : sandbox],
      ['Needs', list(needs)],
      ['After', list(after)],
      ['Needed by', list(dependents.get(step.id))],
      ['Provides', step.provides],
      ['Releases', step.releases],
      [
        'Ran',
        start === undefined ? '' : `began at ${time(start)}, took ${time(ms)}${critical.has(step.id) ? ', on the critical path' : ''}`,
      ],
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

  // ---- the graph

  const [WIDE, HIGH, ASIDE, BELOW] = [180, 30, 56, 12];

  function graph() {
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

  // ---- the page

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
})();
