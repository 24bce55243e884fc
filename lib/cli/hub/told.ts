import { hubAddress } from '../../hub/address.ts';
import { HUB_PATIENCE } from '../../hub/client.ts';
import { Courier } from '../../hub/courier.ts';
import { notesOf } from '../../hub/notes.ts';
import { limitOf } from '../../io/limit.ts';
import type { Stamped } from '../../model/event.ts';
import type { Project } from '../../model/project.ts';
import type { Call } from '../call.ts';
import { type HubNamed, hubDomain } from './named.ts';

/** A hub that hears of a run. Whatever becomes of that is a warning, nothing more. */
interface Told {
  hear(event: Stamped): void;
  /** When all else is done. A signal ends the wait, and nothing else: the run is over. */
  end(): Promise<void>;
}

/** Milliseconds. A hub is there for people, who read no faster; a timer that is given more than the other ends at once. */
const [SHORTEST, LONGEST] = [100, 2 ** 31 - 1];

/** Undefined: there is no such address, which was said. */
export function openTold({ surroundings, err }: Call, project: Project, { by, text }: HubNamed): Told | undefined {
  const url = hubAddress(text);
  if (url === undefined) return void err.write(`warning: ${by} is no address of a State Hub: it is told nothing\n`);
  const { hub, steps } = project;
  const interval = Math.min(Math.max(hub.interval, SHORTEST), LONGEST);
  const tests = new Set([...steps.values()].flatMap((step) => (step.hub === 'e2e_result' ? [step.id] : [])));
  const notes = notesOf({ domain: hubDomain(surroundings.environment, hub.domain), interval, tests });
  const courier = new Courier({ url, patience: HUB_PATIENCE });
  const stop = new AbortController();
  let deaf = (): void => {};
  const timer = setInterval(() => courier.send(notes.tick(Date.now())), interval);
  return {
    hear: (event) => {
      courier.send(notes.hear(event));
      if (event.type === 'run-finished') deaf = surroundings.onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => stop.abort());
    },
    end: async () => {
      clearInterval(timer);
      using limit = limitOf(stop.signal, Math.min(hub.wait, LONGEST));
      const lost = await courier.end(limit.signal).finally(() => deaf());
      if (lost === undefined) return;
      err.write(`warning: ${lost.notes === 1 ? 'one note' : `${lost.notes} notes`} did not reach the State Hub: ${lost.why}\n`);
    },
  };
}
