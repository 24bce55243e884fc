import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needing } from '../rig/needing.ts';
import { pause } from '../rig/patience.ts';
import { type Terminal, withTerminal } from '../rig/tmux.ts';

const PROGRAM = fileURLToPath(new URL('listr-program.js', import.meta.url));
const inTmux = needing('tmux');

function play<T>(story: string, columns: number, rows: number, use: (terminal: Terminal) => Promise<T>): Promise<T> {
  return withTerminal(`'${process.execPath}' '${PROGRAM}' ${story}`, { columns, rows }, use);
}

/** Times are not what these tests are about. */
function timeless(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(/\d+(\.\d)?s/g, 'Ns'));
}

inTmux('steps that run with place, reason, progress and the end of their output; lines that stay; the screen whole', () =>
  play('three', 90, 24, async (terminal) => {
    const first = await terminal.until((text) => text.includes('120 of 214'), 'progress of sync');
    assert.equal(timeless(first), ['$ sbx run', '0 of 3 done, Ns', 'sync vm Ns 120 of 214 files inputs changed: src/Main.hs']);
    await terminal.keys('x');
    const second = await terminal.until((text) => text.includes('Module30'), 'output of remote-build');
    assert.equal(timeless(second), [
      '$ sbx run',
      'sync succeeded in 400ms (inputs changed: src/Main.hs)',
      '1 of 3 done, Ns',
      'remote-build vm Ns inputs changed: src/Main.hs',
      '  | [28 of 30] Compiling Module28',
      '  | [29 of 30] Compiling Module29',
      '  | [30 of 30] Compiling Module30',
      'lint         Ns inputs changed: src/Main.hs',
    ]);
    assert.is((await terminal.cursor()).shown, false);
    await terminal.keys('x');
    const last = await terminal.until((text) => text.includes('$ next'), 'the end');
    assert.equal(last, [
      '$ sbx run',
      'sync succeeded in 400ms (inputs changed: src/Main.hs)',
      'remote-build note dist was edited',
      'remote-build succeeded in 400ms (inputs changed: src/Main.hs)',
      'lint succeeded in 400ms (inputs changed: src/Main.hs)',
      '3 steps: 3 succeeded, in 9.0s',
      '$ next',
    ]);
    assert.is((await terminal.cursor()).shown, true);
  }),
);

inTmux('a terminal made narrower and wider keeps no remains of old frames on its screen', () =>
  play('three', 90, 24, async (terminal) => {
    await terminal.until((text) => text.includes('120 of 214'), 'progress of sync');
    await terminal.keys('x');
    await terminal.until((text) => text.includes('Module30'), 'output of remote-build');
    await terminal.resize(24, 24);
    await terminal.until((text) => text.includes('[30 of 30] Compili…'), 'a narrow frame');
    await terminal.resize(100, 12);
    await terminal.until((text) => text.includes('Module30'), 'a wide frame');
    await terminal.keys('x');
    await terminal.until((text) => text.includes('$ next'), 'the end');
    // What the terminal itself moved above its top when it broke lines is out of reach; the screen is not.
    const screen = (await terminal.screen()).join('\n');
    assert.not.match(screen, /Module/);
    assert.not.match(screen, /\d of 3 done/);
  }),
);

inTmux('wide characters, long lines and escape sequences stay in their rows', () =>
  play('wide', 40, 10, async (terminal) => {
    const seen = await terminal.until((text) => text.includes('xxx…'), 'the long line');
    assert.is(seen.length, 6);
    assert.is(seen[0], '$ sbx run');
    assert.match(seen[2] ?? '', /^日本語のとても長い… /);
    assert.match(seen[3] ?? '', /^ {2}\| (漢字)+漢?…$/);
    assert.is(seen[4], '  | forged');
    await terminal.keys('x');
    const last = await terminal.until((text) => text.includes('$ next'), 'the end');
    assert.not.match(last.join('\n'), /forged|漢字/);
  }),
);

inTmux('a thousand steps: no more lines than the screen has, counts instead of lines', () =>
  play('thousand', 80, 16, async (terminal) => {
    const seen = await terminal.until((text) => text.includes('more running'), 'the frame');
    assert.is(timeless(seen)[1], '300 of 1000 done, 300 fresh, Ns');
    assert.is(seen.length, 15);
    assert.is(seen.at(-1), 'and 28 more running');
    await terminal.keys('x');
    await terminal.until((text) => text.includes('$ next'), 'the end');
    assert.equal(await terminal.history(), ['$ sbx run', '1000 steps: 700 succeeded, 300 fresh, in 12.3s', '$ next']);
  }),
);

inTmux('frames that begin at the top of the screen leave nothing above it', () =>
  play('top', 60, 12, async (terminal) => {
    await terminal.until((text) => text.includes('120 of 214'), 'progress of sync');
    await terminal.keys('x');
    await terminal.until((text) => text.includes('$ next'), 'the end');
    assert.equal(await terminal.history(), [
      'sync succeeded in 400ms (inputs changed: src/Main.hs)',
      '1 step: 1 succeeded, in 1.0s',
      '$ next',
    ]);
  }),
);

inTmux('an interactive step has the terminal for itself', () =>
  play('interactive', 60, 12, async (terminal) => {
    await terminal.until((text) => text.includes('0 of 2 done'), 'the frame');
    await terminal.keys('x');
    await terminal.until((text) => text.includes('ghci>'), 'the prompt');
    await pause(300); // two frames would have been drawn
    assert.equal(await terminal.screen(), ['$ sbx run', 'ghci has the terminal', 'ghci>']);
    assert.equal(await terminal.cursor(), { shown: true, column: 6, row: 2 });
    await terminal.keys('x');
    const after = await terminal.until((text) => text.includes('1 of 2 done'), 'the frame again');
    assert.is(after[2], 'ghci> bye');
    assert.match(after[3] ?? '', /^ghci succeeded in/);
  }),
);

inTmux('Ctrl-C leaves the screen whole', () =>
  play('three', 60, 12, async (terminal) => {
    await terminal.until((text) => text.includes('120 of 214'), 'progress of sync');
    await terminal.keys('C-c');
    const last = await terminal.until((text) => text.includes('nothing to run') || text.includes('step'), 'the summary');
    assert.not.match(last.join('\n'), /120 of 214/);
    assert.is((await terminal.cursor()).shown, true);
  }),
);

test.run();
