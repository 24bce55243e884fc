import type { Digest } from '../../base/digest.ts';
import type { PlannedAction } from '../../model/plan.ts';
import type { StepId } from '../../model/project.ts';
import { expressionsOf } from '../../model/script.ts';
import type { Tree } from '../../model/tree.ts';
import { difference } from '../../plan/difference.ts';
import { EXIT } from '../../run/exit-code.ts';
import type { Memory } from '../../run/memory.ts';
import { openPast } from '../../run/past.ts';
import { timeOfRun } from '../../run/run-name.ts';
import { type Explained, explainJson, explainText } from '../../view/explain.ts';
import { type Call, refuse } from '../call.ts';
import { askedFirst } from '../hosts/asked.ts';
import { type Looked, look, troubled } from '../look.ts';

/** Why a step is fresh or not, and how it differs from its last success; of two names, how those runs differ. */
export async function explain(call: Call): Promise<number> {
  const [step = '', other] = call.words.operands;
  if (other !== undefined) return (await import('./explain-runs.ts')).explainRuns(call);
  if (timeOfRun(step) !== undefined) return refuse(call, `${step} is a run`, 'sbx explain takes a step, or two runs');
  const made = await look(call, [step]);
  if (typeof made === 'number') return made;
  const [planned, ...more] = made.plan.actions.filter(({ action }) => action.named);
  if (planned && more.length > 0)
    return refuse(call, `${step} has ${more.length + 1} cells`, `name one of them, e.g. ${planned.action.id}`);
  if (planned === undefined) return refuse(call, `there is no step ${step}`);
  const hosts = await askedFirst(made.ground, [planned.action.step.sandbox]);
  const explained = { ...explainedOf(planned, made), hosts };
  call.out.write(call.options.json ? explainJson(explained) : explainText(explained, await call.paint(), call.columns));
  return troubled(call, made) ?? EXIT.done;
}

function explainedOf(planned: PlannedAction, { plan, memory, now, ground: { io, folders } }: Looked): Explained {
  const { action, record, key } = planned;
  const { records, look } = memory;
  const past = openPast(io.files, folders.project, memory);
  const last = records.last(action.id);
  const remembered = key === undefined ? undefined : look.remembered(key);
  const known = records.good(action.id);
  const good = remembered ?? known;
  const changed =
    known === undefined || good?.key === key
      ? []
      : difference(known.record, record, expressionsOf(action.step.script), {
          before: () => (known.record.inputs === null ? undefined : past.inputs(known.record.inputs)),
          after: () => inputsNow(planned, plan.actions, memory),
          made: (step, digest) => past.made(step, digest) ?? readNow(step, digest, plan.actions, memory),
        });
  return { planned, now, changed, ...(last ? { last } : {}), ...(good ? { good } : {}) };
}

/** What a step of the plan reads, if the digest is its key: that of one that makes no files, e.g. of a service. */
function readNow(step: StepId, digest: Digest, all: readonly PlannedAction[], memory: Memory): Tree | undefined {
  const planned = all.find(({ action, key }) => action.id === step && key === digest);
  return planned && inputsNow(planned, all, memory);
}

/** The tree that the record names: what lies here, what has arrived, or what a sync of this plan will have sent by then. */
function inputsNow({ action, record }: PlannedAction, all: readonly PlannedAction[], { look }: Memory): Tree | undefined {
  const feeders = all.filter((other) => other.action.draft.reads.is === 'sources').map((other) => other.action);
  for (const feeder of [undefined, ...feeders]) {
    const tree = look.inputs(action, feeder);
    if (tree?.digest === record.inputs) return tree;
  }
  return undefined;
}
