import { err, ok } from '../base/result.ts';
import { limitOf } from '../io/limit.ts';
import type { Io } from '../model/io.ts';
import type { KeptWork, Works } from '../model/sandbox.ts';
import { LIST } from './kept-programs.ts';
import type { Patience } from './patience.ts';
import { runProgram } from './program.ts';
import { stayWith } from './supervise.ts';
import type { Tether } from './tether.ts';

/** Between TERM and KILL of work whose run is dead: only its supervisor knows the true one. Milliseconds. */
const KILL_GRACE = 10_000;
/** As nonces are made. Another mark than the one of the output would be found anywhere in it. */
const NONCE = /^[0-9a-f]{32}$/;
const STATES: ReadonlySet<string> = new Set<KeptWork['state']>(['on', 'lost', 'ended', 'gone']);

/** The work of one owner that is kept behind a link. */
export function worksOver(tether: Tether, io: Io, patience: Patience): Works {
  return {
    async list(signal) {
      const link = await tether.whole(signal, patience.silence);
      if (!link.ok) return link;
      using limit = limitOf(signal, patience.silence);
      const said = await runProgram(link.value, io.nonce(), LIST, [patience.owner], { signal: limit.signal });
      if (limit.deadline.aborted && !signal.aborted)
        return err({ code: 'unreachable', message: `${link.value.label}: does not say what is kept there` });
      if (!said.ok) return said;
      const { exit, stdout } = said.value;
      if (!('code' in exit) || exit.code !== 0)
        return err({ code: 'far-side-answer', message: `${link.value.label}: what is kept there could not be listed` });
      return ok(
        Buffer.from(stdout)
          .toString()
          .split('\n')
          .flatMap((line) => workOf(line) ?? []),
      );
    },
    follow: (work, streams) => {
      const script = { shell: 'sh', text: '', variables: [], source: work.step } as const;
      return stayWith(tether, io, patience, work, { script, cwd: '', killGrace: KILL_GRACE }, streams);
    },
  };
}

function workOf(line: string): KeptWork | undefined {
  const [tree = '', mark = '', state = '', since, run = '', step] = line.split('\t');
  if (step === undefined || !STATES.has(state) || !NONCE.test(tree) || !NONCE.test(mark)) return undefined;
  return { tree, mark, state: state as KeptWork['state'], since: Number(since) * 1000, run, step };
}
