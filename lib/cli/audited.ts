import { join } from 'node:path';
import { nonce } from '../io/io.ts';
import { findTracer, tracedSpawn } from '../io/strace/trace.ts';
import type { Audit } from '../model/audit.ts';
import type { Stamped } from '../model/event.ts';
import type { Project, StepId } from '../model/project.ts';
import { EXIT } from '../run/exit-code.ts';
import { tracePath } from '../run/trace-path.ts';
import { auditText } from '../view/audit.ts';
import { type Call, complain } from './call.ts';
import { effectsOf } from './ground.ts';
import type { Ground } from './sandboxes.ts';

/** A run whose steps are followed. */
interface Audited {
  ground(ground: Ground): Ground;
  hear(event: Stamped): void;
  /** Writes what was found, unless every event was written anyway. */
  say(call: Call): Promise<void>;
}

/** A number: steps cannot be followed here, which was said; it is the exit code. Nothing has run then. */
export async function openAudited(call: Call, project: Project): Promise<Audited | number> {
  const { surroundings } = call;
  const log = join(surroundings.environment.get('TMPDIR') || '/tmp', `sbx-${nonce()}.strace`);
  const tracer = await findTracer(effectsOf(surroundings), surroundings.os, log);
  if (!tracer.ok) {
    complain(call, tracer.error);
    return EXIT.usage;
  }
  const audits = new Map<StepId, Audit>();
  const far = new Set<StepId>();
  return {
    ground: (ground) => {
      const spawn = tracedSpawn(ground.io.spawn, tracer.value, (step, run) => tracePath(ground.folders.project, run, step));
      return { ...ground, io: { ...ground.io, spawn } };
    },
    hear: (event) => {
      if (event.type === 'step-audited') audits.set(event.step, event.audit);
      if (event.type === 'step-started' && project.sandboxes.get(project.steps.get(event.step)?.sandbox ?? '')?.kind !== 'local')
        far.add(event.step);
    },
    say: async ({ options, out, paint }) => {
      if (!options.json && options.output !== 'json') out.write(auditText(audits, [...far], await paint()));
    },
  };
}
