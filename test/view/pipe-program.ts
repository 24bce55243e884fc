import { PLAIN } from '../../lib/view/paint.ts';
import { plainView } from '../../lib/view/plain.ts';
import { sinkOf } from '../../lib/view/sink.ts';
import { EDITED, finished, plan, planned, stamp, started } from './story.ts';

// A program whose reader goes away: writes for as long as that takes to be seen, then to the end of its story.

const sink = sinkOf(process.stdout);
const view = plainView({ write: sink.write, paint: PLAIN, level: 'normal' });
for (const event of stamp([started(), plan(planned('a', EDITED))])) view.event(event);
const output = { type: 'step-output', step: 'a', text: `${'x'.repeat(1000)}\n`, seq: 0, at: 0 } as const;
while (!sink.closed()) {
  view.event(output);
  await new Promise((resolve) => setImmediate(resolve));
}
view.event(output);
for (const event of stamp([finished(0, 1)])) view.event(event);
await view.end();
await sink.flush();
process.stderr.write(`closed: ${sink.closed()}, ended\n`);
