import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Event } from '../../lib/model/event.ts';
import type { Outcome } from '../../lib/model/outcome.ts';
import type { GraphStep } from '../../lib/plan/step-graph.ts';
import { graphHtml } from '../../lib/view/graph/html.ts';
import { layout } from '../../lib/view/page/layout.ts';
import { BROWSER, type Look, type Page, withPage } from '../rig/browser.ts';
import { REPOSITORY } from '../rig/cli.ts';
import { withFolder } from '../rig/folder.ts';
import { needing } from '../rig/needing.ts';
import { HOSTILE, many, mixed, pageFor } from './report-story.ts';

const read = (name: string): string => readFileSync(join(REPOSITORY, 'dist/page', name), 'utf8');
const SOURCES = { style: read('page.css'), script: read('page.js') };
const inBrowser = needing(BROWSER);

/** Opens the page; nothing may be complained of and nothing asked for, whatever `use` does. */
function shown<T>(html: string, use: (page: Page) => Promise<T>, look?: Look): Promise<T> {
  return withFolder(async (folder) => {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    return await withPage(
      file,
      async (page) => {
        const result = await use(page);
        assert.equal([page.complaints, page.requests], [[], []]);
        return result;
      },
      look,
    );
  });
}

const report = (events: readonly Event[] = mixed(), past?: readonly number[]): string => pageFor(events, SOURCES, past);
/** The element that has the focus, in short. */
const FOCUS =
  '(({ tagName, id, className, textContent, ariaLabel }) => [tagName.toLowerCase(), id || ariaLabel || textContent.slice(0, 40)].join(" "))(document.activeElement)';
const DETAIL = 'document.querySelector("aside.detail")';

inBrowser('a click on a step shows its log', () =>
  shown(report(), async (page) => {
    assert.is(await page.ask(`${DETAIL}.hidden`), true);
    await page.click('tbody tr:nth-child(2)');
    assert.is(await page.ask(`${DETAIL}.hidden`), false);
    assert.is(await page.ask(`${DETAIL}.querySelector("h2").textContent`), 'build');
    assert.is(await page.ask(`${DETAIL}.querySelector("pre.log").textContent`), 'Compiling\nLinking');
    await page.click('svg .node:nth-of-type(5)');
    assert.match(await page.ask<string>(`${DETAIL}.querySelector("pre.log").textContent`), /^first line of the failed log\n/);
    await page.click('.detail .close');
    assert.is(await page.ask(`${DETAIL}.hidden`), true);
  }),
);

inBrowser('usable with the keyboard: every part is reached and left by keys alone, and the focus is seen', () =>
  shown(report(), async (page) => {
    const stops: string[] = [];
    for (let at = 0; at < 40; at++) {
      await page.keys('Tab');
      const stop = await page.ask<string>(FOCUS);
      if (stop.startsWith('body')) break;
      stops.push(stop);
      const marks = `(({ outlineStyle, outlineWidth }, box) => outlineStyle !== 'none' && outlineWidth !== '0px' || box?.width === '2.5px')`;
      const box = `document.activeElement.querySelector?.('.box')`;
      const seen = `${marks}(getComputedStyle(document.activeElement), ${box} && { width: getComputedStyle(${box}).strokeWidth })`;
      assert.is(await page.ask(seen), true, `${stop} is not seen to have the focus`);
    }
    const one = (start: string): number => stops.filter((stop) => stop.startsWith(start)).length;
    assert.equal([one('a Skip'), one('a Graph'), one('input search'), one('tr '), one('g ')], [1, 1, 1, 1, 1], stops.join('\n'));
    assert.is(one('pre Log of test'), 1);

    await page.ask('document.querySelector("tbody tr").focus()');
    await page.keys('ArrowDown', 'ArrowDown', 'ArrowUp');
    assert.match(await page.ask<string>(FOCUS), /^tr .*build/);
    await page.keys('Enter');
    assert.is(await page.ask(FOCUS), 'h2 detail-title');
    assert.is(await page.ask(`${DETAIL}.querySelector("pre.log").textContent`), 'Compiling\nLinking');
    await page.keys('Tab', 'Tab');
    assert.is(await page.ask(FOCUS), 'button sync', 'what it needs is a way to go on');
    await page.keys('Enter');
    assert.is(await page.ask(`${DETAIL}.querySelector("h2").textContent`), 'sync');
    await page.keys('Escape');
    assert.match(await page.ask<string>(FOCUS), /^tr .*build/, 'the focus is where it was');

    await page.keys('/', 'l', 'i', 'n', 't');
    assert.equal(await page.ask('[...document.querySelectorAll("tbody tr:not([hidden]) .c-name")].map((td) => td.textContent)'), ['lint']);
    assert.is(await page.ask('document.querySelector("[role=status]").textContent'), '1 of 6 steps');

    await page.ask('document.querySelector("svg .node[tabindex=\\"0\\"]").focus()');
    await page.keys('ArrowRight', 'ArrowRight', 'Enter');
    assert.is(await page.ask(`${DETAIL}.querySelector("h2").textContent`), 'test');
    await page.keys('Escape');
    assert.is(await page.ask(FOCUS), 'g test, failed');
  }),
);

inBrowser('timeline with the critical path, what hit and what missed and why, durations against history', () =>
  shown(report(mixed(), [90, 280, 300, 120]), async (page) => {
    const texts = (selector: string) =>
      page.ask<readonly string[]>(`[...document.querySelectorAll('${selector}')].map((node) => node.textContent)`);
    assert.equal(await texts('tbody .c-why'), [
      'miss: inputs changed: src/Main.hs',
      'miss: inputs changed: src/Main.hs',
      'hit: outputs missing: site',
      'hit',
      'miss: never ran here',
      'test failed',
    ]);
    assert.equal(await texts('tbody .c-past'), ['', '+20 % (250ms)', '', '', '', '']);
    assert.equal(await page.ask('[...document.querySelectorAll("tbody .lane")].map((lane) => lane.ariaLabel)'), [
      'from 500ms to 700ms, on the critical path',
      'from 800ms to 1.1s, on the critical path',
      'from 550ms to 600ms',
      null,
      'from 1.2s to 1.4s, on the critical path',
      null,
    ]);
    const place = `(({ offsetLeft, offsetWidth, parentElement }) =>
      [offsetLeft, offsetWidth].map((n) => Math.round((100 * n) / parentElement.clientWidth)))(document.querySelector('tbody tr:nth-child(2) .bar'))`;
    assert.equal(await page.ask(place), [40, 15], 'a bar lies where its time lies');
    assert.equal(await texts('#critical li button'), ['sync', 'build', 'test']);
    await page.click('tbody tr:nth-child(2)');
    const chart = await page.ask<string>(`${DETAIL}.querySelector('.times').ariaLabel`);
    assert.is(chart, 'Durations, the oldest first: 120ms, 300ms, 280ms, 90ms');
    assert.equal(await page.ask(`${DETAIL}.querySelectorAll('.times .now').length`), 1);
  }),
);

inBrowser('roles and landmarks: what it is can be told without seeing it', () =>
  shown(report(), async (page) => {
    const count = (selector: string) => page.ask<number>(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
    assert.equal(
      await Promise.all(['html[lang=en]', 'header h1', 'nav[aria-label]', 'main', 'aside[aria-labelledby]', '[role=search]'].map(count)),
      [1, 1, 1, 1, 1, 1],
    );
    assert.equal(await Promise.all(['[role=grid][aria-label]', 'tbody tr[aria-selected]', 'th[scope=col]'].map(count)), [1, 6, 7]);
    assert.is(await count('section:not([aria-labelledby])'), 0);
    const state = 'document.querySelector("tbody tr:nth-child(5) .c-state").textContent';
    assert.match(await page.ask<string>(state), /failed/, 'no state is told by colour alone');
  }),
);

for (const scheme of ['light', 'dark'] as const) {
  inBrowser(`${scheme}: every text has a contrast of 4.5 at least`, () =>
    shown(
      report(),
      async (page) => {
        await page.click('tbody tr:nth-child(5)');
        const found = await page.ask<{ readonly texts: number; readonly paper: string; readonly weak: readonly string[] }>(CONTRASTS);
        assert.ok(found.texts > 80, String(found.texts));
        assert.equal(found.weak, []);
        assert.is(found.paper, scheme === 'dark' ? 'rgb(20, 23, 29)' : 'rgb(255, 255, 255)');
      },
      { scheme },
    ),
  );
}

needing(BROWSER, 'pdftotext')('prints well: all steps, the log of the failed one, nothing dark, no row cut', () =>
  shown(
    report([...many(60).slice(0, 1), ...withMany()]),
    async (page) => {
      await page.keys('/', 'x', 'y', 'z'); // a search leaves no row on the screen; on paper all are there
      const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: await page.pdf(), encoding: 'utf8' });
      for (let at = 0; at < 60; at++) assert.match(text, new RegExp(`succeeded +step-${at}\\b`));
      assert.match(text, 'first line of the failed log');
      assert.match(text, 'last line of the failed log');
      assert.not.match(text, 'Search steps');
      assert.ok((text.match(/Hit or miss/g) ?? []).length >= 2, 'the head of the table stands on each page');
      await page.look({ scheme: 'dark', media: 'print' });
      const style = (selector: string, name: string) => page.ask<string>(`getComputedStyle(document.querySelector('${selector}')).${name}`);
      assert.equal([await style('body', 'backgroundColor'), await style('body', 'color')], ['rgb(255, 255, 255)', 'rgb(26, 31, 41)']);
      assert.equal([await style('tbody tr', 'breakInside'), await style('pre.log', 'maxHeight')], ['avoid', 'none']);
    },
    { scheme: 'dark' },
  ),
);

inBrowser('hostile names and logs inject nothing, and the policy would stop them', () =>
  shown(report(), async (page) => {
    await page.click('tbody tr:nth-child(5)');
    assert.equal(await page.ask('[typeof window.hacked, document.scripts.length, document.images.length]'), ['undefined', 2, 0]);
    assert.match(await page.ask<string>(`${DETAIL}.textContent`), '</script><script>window.hacked = 1</script>');
    assert.not.match(await page.ask<string>('document.documentElement.outerHTML'), /\u202e|(?!\n)\p{Cc}/u);
    assert.is(
      await page.ask(`(() => { let seen; addEventListener('securitypolicyviolation', () => { seen = 'refused'; });
        const script = document.createElement('script'); script.textContent = 'window.hacked = 3'; document.body.append(script);
        return new Promise((resolve) => setTimeout(() => resolve([typeof window.hacked, seen].join(' ')), 50)); })()`),
      'undefined refused',
    );
    (page.complaints as string[]).splice(0); // of that attempt
  }),
);

inBrowser('1,000 steps stay usable: one page of bounded size, all rows there, a click answers', async () => {
  const html = report(many(1000), [90, 80, 70]);
  assert.ok(html.length < 1024 * 1024, `${html.length} bytes`);
  await shown(html, async (page) => {
    assert.is(await page.ask('document.querySelectorAll("tbody tr").length'), 1000);
    assert.is(await page.ask('document.querySelectorAll("svg .node").length'), 1000);
    await page.click('tbody tr:nth-child(700)');
    assert.is(await page.ask(`${DETAIL}.querySelector("pre.log").textContent`), 'output of step-699');
    await page.keys('/', '9', '9', '9');
    assert.is(await page.ask('document.querySelectorAll("tbody tr:not([hidden])").length'), 1);
  });
});

inBrowser('steps that fail of one cause are one failure', () =>
  shown(report(unreachable(70)), async (page) => {
    assert.is(await page.ask('document.querySelectorAll("#failures article").length'), 1);
    assert.match(await page.ask<string>('document.querySelector("#failures h3").textContent'), /^step-0, .*, step-9 and 60 more failed$/);
  }),
);

inBrowser('`graph` as one self-contained html page', async () => {
  const step = (id: string, needs: readonly string[], layer: number): GraphStep => ({
    id,
    task: 'shell',
    sandbox: 'local',
    needs,
    after: [],
    layer,
  });
  const steps = [step('ns:first', [], 0), step('build@18,x=1%2F', ['ns:first'], 1), step(HOSTILE, ['build@18,x=1%2F'], 2)];
  await shown(graphHtml(HOSTILE, steps, SOURCES), async (page) => {
    const names = await page.ask<readonly string[]>('[...document.querySelectorAll("svg .node title")].map((title) => title.textContent)');
    assert.equal(names.slice(0, 2), ['ns:first', 'build@18,x=1%2F']);
    assert.is(await page.ask('document.querySelectorAll("svg .edge").length'), 2);
    assert.is(await page.ask('typeof window.hacked'), 'undefined');
    await page.click('svg .node');
    assert.is(await page.ask(`${DETAIL}.querySelector("h2").textContent`), 'ns:first');
  });
});

test('a graph is laid out in columns, each step right of all that it comes after, no two on one spot', () => {
  const steps = Array.from({ length: 300 }, (_, at) => ({
    id: `s${at}`,
    needs: at < 7 ? [] : [`s${at - 7}`, `s${at - (at % 7) - 1}`],
    after: [],
  }));
  const spots = layout(steps);
  for (const { id, needs } of steps) for (const need of needs) assert.ok((spots.get(need)?.[0] ?? 0) < (spots.get(id)?.[0] ?? 0));
  assert.is(new Set([...spots.values()].map(([column, row]) => `${column} ${row}`)).size, steps.length);
});

/** Every step fails since its place is away. */
function unreachable(count: number): readonly Event[] {
  const outcome: Outcome = { is: 'failed', failure: { code: 'unreachable', message: 'vm does not answer', sandbox: 'vm' } };
  return many(count)
    .map((event) => (event.type === 'step-finished' ? { ...event, outcome } : event))
    .filter(({ type }) => type !== 'step-output');
}

/** A run of sixty steps that ends as the other story does. */
function withMany(): readonly Event[] {
  const [, planOfMany, ...ran] = many(60);
  const [, plan, ...rest] = mixed();
  if (planOfMany?.type !== 'planned' || plan?.type !== 'planned') throw new Error('not the stories that they were');
  return [{ ...plan, steps: [...planOfMany.steps, ...plan.steps] }, ...ran.slice(0, -1), ...rest];
}

/** In the page: the contrast of every text that is shown with what is behind it. */
const CONTRASTS = `(() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((n) => n / 255).map((n) => (n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const clear = (colour) => (numbers(colour)[3] ?? 1) === 0;
  const behind = (node) => {
    const box = node.closest('.node')?.querySelector('.box');
    if (box) return getComputedStyle(box).fill;
    for (let at = node; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!clear(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  let texts = 0;
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (text.data.trim() === '' || node.closest('script, noscript, title') || node.getClientRects().length === 0) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(node instanceof SVGElement ? style.fill : style.color), light(behind(node))].sort((x, y) => y - x);
    texts += 1;
    const contrast = (a + 0.05) / (b + 0.05);
    if (contrast < 4.5) weak.push(text.data.slice(0, 40) + ' ' + contrast.toFixed(2));
  }
  return { texts, weak, paper: getComputedStyle(document.body).backgroundColor };
})()`;

test.run();
