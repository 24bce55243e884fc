import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PlaceSeen } from '../../lib/model/look.ts';
import { LOCAL, type SandboxSpec } from '../../lib/model/project.ts';
import { oldProbes } from '../../lib/plan/probe-age.ts';
import { planOf } from './play.ts';
import { project, sandbox, step, World } from './world.ts';

const DAY = 86_400_000;
const SEEN: PlaceSeen = { probes: { ghc: '9.4' }, at: 1000, holds: {} };

function said(vm: Partial<SandboxSpec>, seen: PlaceSeen | undefined, after: number): readonly string[] {
  const place = sandbox('vm', { probes: [['ghc', 'ghc --version']], probeMaxAge: 7 * DAY, ...vm });
  const one = project([step('here'), step('build', { sandbox: 'vm', needs: ['here'] })], { places: [place] });
  const plan = planOf(one, new World(), ['build']);
  return oldProbes(one, plan, { place: (name) => (name === LOCAL ? SEEN : seen) }, 1000 + after);
}

test('probes that are older than probeMaxAge are believed with a warning that says their age', () => {
  assert.equal(said({}, SEEN, 7 * DAY), []);
  assert.equal(said({}, SEEN, 9 * DAY), [
    'the toolchain of vm was last looked at 9d ago (probeMaxAge: 7d): what is fresh there may be of another one',
  ]);
});

test('what has no probes, was never seen, or is this computer, does not age', () => {
  assert.equal(said({ probes: [] }, SEEN, 9 * DAY), []);
  assert.equal(said({}, undefined, 9 * DAY), []);
  assert.equal(said({ kind: 'local' }, SEEN, 9 * DAY), []);
});

test.run();
