import type { Step } from '../../lib/model/project.ts';

/** A step with nothing declared, and what the test says of it. */
export function stepWith(said: Pick<Step, 'id' | 'task' | 'sandbox'> & Partial<Step>): Step {
  return {
    needs: [],
    after: [],
    state: [],
    tools: [],
    env: [],
    passEnv: [],
    secrets: [],
    dir: '.',
    enabled: true,
    when: 'success',
    pools: [],
    retry: { times: 0, delay: 0 },
    parallel: false,
    interactive: false,
    fields: {},
    ...said,
  };
}
