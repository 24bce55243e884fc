type ViewName = 'listr' | 'plain' | 'grouped' | 'json' | 'github';

export interface ViewSources {
  readonly output: 'auto' | ViewName;
  readonly json: boolean;
  readonly terminal: boolean;
  readonly environment: ReadonlyMap<string, string>;
}

/** Which view a run gets. A terminal that cannot move its cursor, or a CI, gets lines. */
export function chooseView({ output, json, terminal, environment }: ViewSources): ViewName {
  if (json) return 'json';
  if (output !== 'auto') return output === 'listr' && !terminal ? 'plain' : output;
  if (environment.get('GITHUB_ACTIONS') === 'true') return 'github';
  const ci = environment.get('CI') ?? '';
  if (!terminal || (ci !== '' && ci !== 'false' && ci !== '0')) return 'grouped';
  return environment.get('TERM') === 'dumb' ? 'plain' : 'listr';
}
