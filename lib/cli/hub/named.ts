/** An address as it was written, and by whom. */
export interface HubNamed {
  readonly by: string;
  readonly text: string;
}

/** The hub that is meant: variables are those of this computer, so they are stronger than what a file says. Undefined: none is named. */
export function hubNamed(environment: ReadonlyMap<string, string>, written = ''): HubNamed | undefined {
  const own = environment.get('SBX_HUB_URL') ?? '';
  if (own !== '') return { by: 'SBX_HUB_URL', text: own };
  const shared = environment.get('STATE_HUB_URL') ?? '';
  if (shared !== '') return { by: 'STATE_HUB_URL', text: shared };
  return written === '' ? undefined : { by: 'hub.url', text: written };
}

export function hubDomain(environment: ReadonlyMap<string, string>, written = 'railiance'): string {
  return environment.get('STATE_HUB_DOMAIN') || written;
}
