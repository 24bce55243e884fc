import type { Sshd } from '../../rig/sshd.ts';
import type { Row } from '../row.ts';
import { openServers } from '../servers.ts';
import { type Case, casesOf, nameOf } from './cases.ts';
import type { Where } from './scene.ts';
import { measure, tryCase } from './trial.ts';

export const row: Row = {
  name: 'kills',
  figure: 'kill -9 of the whole CLI',
  bar: '0 wrong, 0 manual repairs, 0 leaks',
  short: 30,
  long: 300,
  slots: 2,
  patience: 240_000,
  async open({ random }) {
    const servers = openServers();
    const lengths = new Map<Where, Promise<number>>();
    const lengthOf = (where: Where, sshd: Sshd | undefined): Promise<number> => {
      const known = lengths.get(where) ?? measure(where, sshd);
      lengths.set(where, known);
      return known;
    };
    const attempt = async (one: Case, sshd: Sshd | undefined) => tryCase(one, await lengthOf(one.where, sshd), sshd);
    return {
      *trials(count) {
        const cases = [...casesOf(count, random.fork('cases'))];
        // A long part that is cut has met every kind.
        for (const one of count > row.short ? random.fork('order').shuffled(cases) : cases) {
          yield {
            name: nameOf(one),
            run: () => (one.where === 'sshd' ? servers.use((sshd) => attempt(one, sshd)) : attempt(one, undefined)),
          };
        }
      },
      [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
    };
  },
};
