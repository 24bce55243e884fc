import { comes, pause } from '../../rig/patience.ts';
import type { Case } from './cases.ts';
import type { Pane } from './pane.ts';
import type { Scene } from './scene.ts';

/** What is done to a run. */
export const ACTS = [
  'nothing',
  'INT',
  'INT twice',
  'INT thrice',
  'TERM',
  'TERM twice',
  'HUP',
  'KILL',
  'stop and INT',
  'stop and go on',
] as const;
export type Act = (typeof ACTS)[number];

/** How sbx ends by it. */
export const CODES: { readonly [act in Act]: number } = {
  nothing: 0,
  INT: 130,
  'INT twice': 130,
  'INT thrice': 130,
  TERM: 143,
  'TERM twice': 143,
  HUP: 129,
  KILL: 137,
  'stop and INT': 130,
  'stop and go on': 0,
};

/** Acts after which sbx leaves without waiting: what is not released then is in the journal. */
export const LEAVES: ReadonlySet<Act> = new Set(['INT thrice', 'KILL']);

/** Acts that must not wait for what ignores TERM. */
export const TWICE: ReadonlySet<Act> = new Set(['INT twice', 'TERM twice']);

/** Does it to the run, whose child stands unless it is `early`. Gives what was wrong meanwhile. */
export async function perform({ act, early }: Case, pane: Pane, scene: Scene): Promise<string | undefined> {
  const interrupt = (): Promise<void> => pane.terminal.keys('C-c');
  const level = (wanted: number): Promise<boolean> =>
    comes(
      () =>
        scene
          .journals()
          .at(-1)
          ?.some((event) => event.type === 'stopping' && event.level === wanted) || pane.code() !== undefined,
    );
  switch (act) {
    case 'nothing':
      return undefined;
    case 'INT':
      await interrupt();
      return undefined;
    case 'INT twice':
      await interrupt();
      await level(1);
      await interrupt();
      return undefined;
    case 'INT thrice':
      // The releaser hangs: only the third one gets past it.
      await interrupt();
      if (!(await comes(() => scene.has('tidying')))) return 'the first INT brought no releaser about';
      await interrupt();
      if (!(await level(2))) return 'the second INT was not heard';
      await interrupt();
      return undefined;
    case 'TERM':
      send(pane, 'SIGTERM');
      return undefined;
    case 'TERM twice':
      send(pane, 'SIGTERM');
      await level(1);
      send(pane, 'SIGTERM');
      return undefined;
    case 'HUP':
      await pane.terminal.close();
      return undefined;
    case 'KILL':
      send(pane, 'SIGKILL');
      return undefined;
    case 'stop and INT':
    case 'stop and go on': {
      if (early) await pause(300);
      else if (!(await comes(async () => !(await pane.terminal.cursor()).shown))) return 'no frame came that hides the cursor';
      await pane.terminal.keys('C-z');
      if (!(await comes(pane.isStopped))) return 'Ctrl-Z did not stop it';
      const { shown } = await pane.terminal.cursor();
      if (!shown) return 'while it is stopped the cursor is hidden';
      pane.goOn();
      await comes(() => !pane.isStopped());
      if (act === 'stop and go on') scene.hang('work', false);
      else await interrupt();
      return undefined;
    }
  }
}

function send(pane: Pane, signal: NodeJS.Signals): void {
  const pid = pane.sbx();
  if (pid !== undefined) process.kill(pid, signal);
}
