import { once } from 'node:events';
import type { Event } from '../../lib/model/event.ts';
import { listrView } from '../../lib/view/listr.ts';
import { loadPaint } from '../../lib/view/paint.ts';
import { sinkOf } from '../../lib/view/sink.ts';
import { EDITED, FRESH, finished, NEW, plan, planned, SUCCEEDED, started } from './story.ts';

// A program for a real terminal: plays one of these stories to the listr view. Goes on when a key is pressed, ends at Ctrl-C.

const { stdin, stdout } = process;
stdin.setRawMode(true);
stdin.resume();

const sink = sinkOf(stdout);
const view = listrView({
  write: sink.write,
  paint: await loadPaint(1),
  level: 'normal',
  columns: () => stdout.columns,
  rows: () => stdout.rows,
  now: Date.now,
});
let seq = 0;
const tell = (...events: readonly Event[]): void => {
  for (const event of events) view.event({ ...event, seq: seq++, at: Date.now() });
};
const key = async (): Promise<void> => {
  const [bytes] = (await once(stdin, 'data')) as [Buffer];
  if (bytes[0] !== 3) return;
  tell({ type: 'stopping', level: 1, cause: 'SIGINT' });
  tell(finished(130, 1000));
  await view.end();
  process.exit(130);
};
const begin = (step: string): Event => ({ type: 'step-started', step, decision: EDITED, attempt: 1 });
const end = (step: string): Event => ({ type: 'step-finished', step, outcome: SUCCEEDED, ms: 400 });

const stories: { readonly [name: string]: () => Promise<void> } = {
  async three() {
    tell(started(), plan(planned('sync', EDITED), planned('remote-build', EDITED), planned('lint', NEW, 'local')));
    tell(begin('sync'), { type: 'step-progress', step: 'sync', done: 120, total: 214, unit: 'files' });
    await key();
    tell(end('sync'), begin('remote-build'), begin('lint'));
    for (let line = 1; line <= 30; line++)
      tell({ type: 'step-output', step: 'remote-build', text: `[${line} of 30] Compiling Module${line}\n` });
    await key();
    tell({ type: 'step-note', step: 'remote-build', text: 'dist was edited' }, end('remote-build'), end('lint'), finished(0, 9000));
  },
  async wide() {
    tell(started(), plan(planned('日本語のとても長い名前のステップです', EDITED)), begin('日本語のとても長い名前のステップです'));
    const text = '漢字'.repeat(200);
    tell({
      type: 'step-output',
      step: '日本語のとても長い名前のステップです',
      text: `${text}\n\x1b[2J\x1b[Hforged\x1b]0;title\x07\n${'x'.repeat(900)}\n`,
    });
    await key();
    tell(end('日本語のとても長い名前のステップです'), finished(0, 100));
  },
  async thousand() {
    const ids = Array.from({ length: 1000 }, (_, at) => `step-${at}`);
    tell(started(), plan(...ids.map((id, at) => planned(id, at < 300 ? FRESH : EDITED))));
    for (const id of ids.slice(0, 300)) tell({ type: 'step-finished', step: id, outcome: { is: 'fresh' }, ms: 0 });
    tell(...ids.slice(300, 340).map(begin));
    await key();
    for (const id of ids.slice(300, 340)) tell(end(id));
    for (const id of ids.slice(340)) tell(begin(id), end(id));
    tell(finished(0, 12_345));
  },
  async top() {
    stdout.write('\x1b[H\x1b[2J\x1b[3J');
    tell(started(), plan(planned('sync', EDITED)), begin('sync'));
    tell({ type: 'step-progress', step: 'sync', done: 120, total: 214, unit: 'files' });
    await key();
    tell(end('sync'), finished(0, 1000));
  },
  async interactive() {
    tell(started(), plan(planned('lint', NEW, 'local'), { ...planned('ghci', NEW), interactive: true }), begin('lint'));
    await key();
    tell(begin('ghci'));
    stdout.write('ghci> ');
    await key();
    stdout.write('bye\r\n');
    tell(end('ghci'));
    await key();
    tell(end('lint'), finished(0, 1000));
  },
};

stdout.write('$ sbx run\r\n');
await stories[process.argv[2] ?? '']?.();
await view.end();
await sink.flush();
stdin.setRawMode(false);
stdout.write('$ next\n');
process.exit(0);
