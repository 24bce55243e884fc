import { err, ok, type Result } from '../base/result.ts';
import type { Emit, Event } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { PlannedAction } from '../model/plan.ts';
import type { Answer, Service } from '../model/service.ts';
import type { Task } from '../task.ts';
import { type Attempted, attempt } from './attempt.ts';
import type { RunControl } from './control.ts';
import { type Equipment, equip, told } from './equip.ts';
import type { Reach } from './reach.ts';
import { askOnce, isTaken, Listener, openAsking, untilReady } from './ready.ts';

// The command of a service, from its start to its end: that may come after the end of the run that started it. Knows nothing of who needs it.

/** Of what it says while no run hears it, so much is kept for the next one, in UTF-16 code units. */
const UNHEARD = 64 * 1024;

interface LivingOf {
  readonly planned: PlannedAction;
  readonly service: Service;
  readonly task: Task;
  readonly equipment: Equipment;
  readonly reach: Pick<Reach, 'lend'>;
  /** The ladder on which it is ended, of whoever owns it. */
  readonly control: RunControl;
  /** What it stands on: one of the same stand would be the same. Undefined: none would. */
  readonly stand: string | undefined;
}

export interface Living {
  readonly stand: string | undefined;
  /** No other one of the same step has it. */
  readonly life: string;
  readonly ended: Promise<Attempted>;
  /** What its command came to; undefined while it lives. */
  over(): Attempted | undefined;
  /** Ends all that it started. */
  end(): Promise<Attempted>;
  /** Waits until it is ready or has ended, or there is no use in waiting. */
  untilReady(signal: AbortSignal): Promise<Answer | Attempted>;
  /** Asks whether it is ready, once. */
  ask(signal: AbortSignal): Promise<Answer>;
  /** The failure with its last lines. */
  told(failure: Failure): Failure;
  /** From now on this run hears what it says, and first what nobody heard; undefined: the run is over. */
  speakTo(emit: Emit | undefined): void;
}

/** Starts the command. A failure: it was not started. */
export async function startLiving(of: LivingOf, signal: AbortSignal): Promise<Result<Living, Failure>> {
  const { planned, service, task, equipment, reach, control, stand } = of;
  const { step } = planned.action;
  const { io, secrets } = equipment;
  const listener = new Listener(service.ready);
  const voice = voiceTo(equipment.emit);
  const equipped = equip({ ...equipment, emit: voice.emit }, planned, listener);
  if (!equipped.ok) return equipped;
  const { output, scopeWith } = equipped.value;
  const end = new AbortController();
  const scope = scopeWith({ signal: end.signal, hurry: end.signal });
  if (await isTaken(step, service.ready, scope, signal)) return err(portFailure(service));
  const asking = await openAsking(step, service.ready, scope, listener.heard);
  const giveBack = reach.lend(step.sandbox);
  let over: Attempted | undefined;
  const live = async (): Promise<Attempted> => {
    try {
      over = await attempt(planned, task, control, secrets.hide, scopeWith, end.signal);
      return over;
    } finally {
      output.end();
      output.keep();
      await giveBack();
    }
  };
  const ended = live();
  return ok({
    stand,
    life: io.nonce(),
    ended,
    over: () => over,
    end() {
      end.abort();
      return ended;
    },
    async untilReady(until) {
      const enough = new AbortController();
      const waiting = untilReady(asking, service, io.clock, AbortSignal.any([until, enough.signal])).catch((thrown: unknown): Answer => {
        if (!until.aborted && !enough.signal.aborted) throw thrown;
        return { is: 'never', why: '' };
      });
      const first = await Promise.race([ended, waiting]);
      enough.abort();
      await waiting;
      return first;
    },
    ask: (until) => askOnce(asking, until),
    told: (failure) => told(planned, failure, output),
    speakTo(emit) {
      output.flush();
      voice.turn(emit);
    },
  });
}

interface Voice {
  readonly emit: Emit;
  turn(to: Emit | undefined): void;
}

function voiceTo(first: Emit): Voice {
  let to: Emit | undefined = first;
  let unheard: Extract<Event, { type: 'step-output' }> | undefined;
  return {
    emit(event) {
      if (to !== undefined) to(event);
      else if (event.type === 'step-output') unheard = { ...event, text: lastOf((unheard?.text ?? '') + event.text) };
    },
    turn(next) {
      to = next;
      if (unheard !== undefined && to !== undefined) to(unheard);
      if (to !== undefined) unheard = undefined;
    },
  };
}

/** Whole lines. */
function lastOf(text: string): string {
  if (text.length <= UNHEARD) return text;
  const last = text.slice(-UNHEARD);
  return last.slice(last.indexOf('\n') + 1);
}

function portFailure({ ready }: Service): Failure {
  const at = 'port' in ready ? `${ready.host}:${ready.port}` : '';
  const hint = 'end what listens there (ss -ltnp names it), or give the service another port';
  return { code: 'port-in-use', message: `${at} is in use: something accepted a connection before the service was started`, hint };
}
