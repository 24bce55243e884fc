import { relative } from 'node:path';
import { EXIT } from '../../run/exit-code.ts';
import { Lasting } from '../../run/lasting.ts';
import type { Running } from '../../run/run-request.ts';
import { differing, type Sight, withDependents } from '../../run/sight.ts';
import type { Call } from '../call.ts';
import { KeptMachines } from '../machine/kept.ts';
import { runProject } from '../run-anew.ts';
import { Eye, POLL, type Scene } from './eye.ts';
import { Hints } from './hints.ts';
import { hearKeys, type Key } from './keys.ts';
import { type Notice, noticeOf } from './notice.ts';

/** Milliseconds without a change before a round begins. */
const DEBOUNCE = 100;
/** So many rounds follow each other at once because of what changed during the one before. More, and the steps do it themselves. */
const ROUNDS = 5;

const LIMITS: ReadonlyMap<string, string> = new Map([['ENOSPC', 'fs.inotify.max_user_watches=1048576']]);
const INSTANCES = 'fs.inotify.max_user_instances=1024';

const EXITS: ReadonlyMap<NodeJS.Signals, number> = new Map([
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
  ['SIGHUP', EXIT.hungUp],
]);

interface Round {
  readonly exit: number;
  readonly stopped: boolean;
  /** What there is at its end, as far as it was looked at. */
  readonly scene: Scene;
  /** Steps were ended or left out, for what they make was not wanted any more. */
  readonly dropped: boolean;
}

/**
 * Round after round until it is told to end. A round is a run like any other and decides by itself what is fresh; here is decided only when the next one is
 * due: when the sight of the steps differs from what the last round began with. What should live longer than one round belongs here, and is given to each.
 */
export class Watch {
  readonly #call: Call;
  readonly #root: string;
  readonly #hints: Hints;
  readonly #eye: Eye;
  /** The signal that came between two rounds; a round hears them itself. */
  #ending: NodeJS.Signals | undefined;
  #end: () => void = () => {};
  #running: Running | undefined;
  readonly #lasting = new Lasting();
  readonly #machines = new KeptMachines();
  /** No round follows any more: what lives on is being ended. */
  #closing = false;
  readonly #changed = new Set<string>();
  /** What was last said of the Sandboxfile. */
  #said = '';

  constructor(call: Call, root: string) {
    this.#call = call;
    this.#root = root;
    this.#hints = new Hints(call.options.debounce ?? DEBOUNCE);
    const { poll } = call.options;
    this.#eye = new Eye({ call, root, hints: this.#hints, poll, deaf: (errno) => this.#sayDeaf(errno) });
  }

  async go(): Promise<number> {
    const notice = await noticeOf(this.#call);
    const deaf = this.#call.surroundings.onSignals([...EXITS.keys()], (name) => {
      if (this.#running !== undefined) return;
      if (this.#closing) this.#lasting.hurry();
      this.#ending ??= name;
      this.#end();
    });
    try {
      return await this.#rounds(notice);
    } finally {
      this.#closing = true;
      await this.#lasting.retain(() => false);
      await this.#machines.end((text) => this.#call.err.write(`${text}\n`));
      deaf();
      this.#eye.close();
      this.#hints.close();
    }
  }

  async #rounds(notice: Notice): Promise<number> {
    let scene = await this.#eye.look();
    /** With which the last round began; absent: another one is wanted, whatever there is. */
    let base: Sight | undefined;
    let last: { readonly exit: number; readonly at: number } | undefined;
    let inARow = 0;
    for (;;) {
      this.#say(scene);
      if (scene.is === 'open' && (base === undefined || differing(base, scene.sight).size > 0)) {
        notice.off();
        inARow += 1;
        const round = await this.#round(scene, inARow, base === undefined && last === undefined);
        if (round.stopped) return round.exit;
        last = { exit: round.exit, at: Date.now() };
        base = scene.sight;
        scene = await this.#after(round);
        const changed = scene.is === 'open' ? differing(base, scene.sight) : new Set();
        if (round.dropped || changed.size > 0) {
          if (inARow < ROUNDS) {
            if (round.dropped) base = undefined;
            notice.changed(this.#taken());
            continue;
          }
          this.#sayEndless([...changed].join(', '));
          if (scene.is === 'open') base = scene.sight;
        }
      }
      inARow = 0;
      const scope = scene.is === 'open' ? { files: scene.sight.files, steps: scene.sight.steps.size } : undefined;
      const woken = await this.#wait(notice.show(scope, last));
      if (this.#ending !== undefined) return EXITS.get(this.#ending) ?? EXIT.interrupted;
      if (woken === 'quit') return EXIT.done;
      this.#changed.clear();
      scene = await this.#look();
      if (woken === 'again') base = undefined;
      else if (scene.is === 'open' && base && differing(base, scene.sight).size > 0) notice.changed(this.#taken());
    }
  }

  /** With all that was hinted at until now. */
  async #look(): Promise<Scene> {
    for (const path of this.#hints.take()) this.#changed.add(path);
    return await this.#eye.look();
  }

  /** What was hinted at since this was last asked, as it is shown. */
  #taken(): readonly string[] {
    const paths = [...this.#changed].map((path) => relative(this.#root, path));
    this.#changed.clear();
    return paths;
  }

  /** What was hinted at since the run ended, or shortly before, is waited for and looked at. */
  async #after({ scene }: Round): Promise<Scene> {
    if (!this.#hints.pending) return scene;
    await this.#hints.ripe();
    return await this.#look();
  }

  async #round(scene: Scene & { readonly is: 'open' }, inARow: number, first: boolean): Promise<Round> {
    const { options } = this.#call;
    // What was forced was meant once.
    const call = first ? this.#call : { ...this.#call, options: { ...options, force: [] } };
    let newest: Scene = scene;
    let dropped = false;
    const begun = (running: Running): void => {
      this.#running = running;
    };
    const { project, sight } = scene;
    await this.#lasting.retain((id) => sight.steps.has(id) && project.steps.get(id)?.service !== undefined);
    if (this.#ending !== undefined) return { exit: EXITS.get(this.#ending) ?? EXIT.interrupted, stopped: true, scene, dropped: false };
    const run = runProject(call, scene, call.words.operands, { begun, lasting: this.#lasting, machines: this.#machines }).finally(() => {
      this.#running = undefined;
    });
    const over = run.then(() => 'over' as const);
    over.catch(() => {}); // heard below, wherever this is then
    while ((await Promise.race([over, this.#hints.ripe()])) !== 'over') {
      newest = await this.#look();
      if (newest.is !== 'open' || inARow === ROUNDS) continue;
      const unwanted = withDependents(scene.sight, differing(scene.sight, newest.sight));
      if (unwanted.size === 0) continue;
      dropped = true;
      this.#running?.drop(unwanted);
    }
    const { exit, stopped } = await run;
    return { exit, stopped, scene: newest, dropped };
  }

  /** For a hint, a key or a signal. */
  async #wait(taken: () => void): Promise<Key | 'hint'> {
    let deaf = (): void => {};
    const told = new Promise<Key>((resolve) => {
      this.#end = () => resolve('interrupt');
      if (this.#ending !== undefined) this.#end();
      deaf = hearKeys(this.#call.surroundings, (key) => {
        if (key === 'interrupt') this.#ending ??= 'SIGINT';
        resolve(key);
      });
    });
    try {
      return await Promise.race([told, this.#hints.ripe().then(() => 'hint' as const)]);
    } finally {
      deaf();
      taken();
    }
  }

  /** Once, as long as it is the same. */
  #say({ said }: Scene): void {
    if (said !== this.#said) this.#call.err.write(said);
    this.#said = said;
  }

  #sayDeaf(errno: string): void {
    const limit = LIMITS.get(errno) ?? INSTANCES;
    this.#call.err.write(
      `sbx: the system watches no more folders (${errno}): what counts is looked at every ${POLL / 1000} s instead\n  sudo sysctl ${limit}, then begin again\n`,
    );
  }

  #sayEndless(steps: string): void {
    const which = steps === '' ? 'what the steps read' : `what ${steps} reads`;
    this.#call.err.write(
      `sbx: ${which} changed during each of ${ROUNDS} rounds: the next one is run when something changes again\n  if a step writes it, name it in its outputs, or leave it out of its inputs\n`,
    );
  }
}
