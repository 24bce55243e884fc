import type { Row } from '../row.ts';
import { openServers } from '../servers.ts';
import { type Case, fewCases, manyCases, nameOf } from './cases.ts';
import { tryCase } from './trial.ts';

export const row: Row = {
  name: 'signals',
  figure: 'signals in a terminal',
  bar: '100 % teardown, 0 orphans',
  short: 40,
  long: 1000,
  slots: 2,
  patience: 240_000,
  async open({ random }) {
    const servers = openServers();
    const trialOf = (one: Case) => ({
      name: nameOf(one),
      run: () => (one.where === 'sshd' ? servers.use((sshd) => tryCase(one, sshd)) : tryCase(one, undefined)),
    });
    return {
      *trials(count) {
        const few = fewCases(random.fork('few'));
        for (const one of count > row.short ? manyCases(count, random.fork('many')) : few) yield trialOf(one);
      },
      [Symbol.asyncDispose]: () => servers[Symbol.asyncDispose](),
    };
  },
};
