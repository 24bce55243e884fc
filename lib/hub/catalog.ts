import type { Json } from '../base/json.ts';

// What the capability catalogue of the State Hub says of build agents. Pure; an answer of any form is read as far as it makes sense.

export const CATALOG = '/capability-catalog/';
export const AGENT_TYPE = 'haskell-build-agent';

/** The entry that stands for the type itself: posted once, so that the type is known before the first agent is. */
export function typeEntry(domain: string): Json {
  return {
    domain,
    capability_type: AGENT_TYPE,
    title: TYPE_TITLE,
    description: 'A VM with GHC and Cabal that builds Haskell projects, reached over SSH through its reverse tunnel.',
    keywords: ['haskell', 'ghc', 'build-agent', 'cabal'],
  };
}

export const TYPE_TITLE = 'Haskell Build Agent (type definition)';

/** An entry of the catalogue. */
interface Entry {
  readonly id: string;
  readonly title: string;
  readonly keywords: readonly string[];
}

/** The entries of this capability type: not every hub filters. */
export function entriesIn(answer: Json): readonly Entry[] {
  const list = Array.isArray(answer)
    ? answer
    : ['results', 'items', 'entries', 'data'].map((name) => member(answer, name)).find(Array.isArray);
  return ((list ?? []) as readonly Json[]).flatMap((one) => {
    const id = idIn(one);
    if (id === undefined || member(one, 'capability_type') !== AGENT_TYPE) return [];
    const keywords = member(one, 'keywords');
    return [{ id, title: textOf(member(one, 'title')), keywords: Array.isArray(keywords) ? keywords.map(textOf) : [] }];
  });
}

/** The id of an entry; numbers are ids, too. */
export function idIn(answer: Json): string | undefined {
  const id = member(answer, 'id');
  return typeof id === 'string' && id !== '' ? id : typeof id === 'number' ? String(id) : undefined;
}

/** A build agent, by what its keywords say. */
interface Agent {
  readonly id: string;
  readonly hostname: string;
  readonly port: number | undefined;
  readonly ghc: string;
}

export function agentsAmong(entries: readonly Entry[]): readonly Agent[] {
  return entries.flatMap(({ id, keywords }) => {
    const said = (prefix: string): string => keywords.find((word) => word.startsWith(prefix))?.slice(prefix.length) ?? '';
    const hostname = said('host:');
    const port = said('tunnel-port:');
    return hostname === '' ? [] : [{ id, hostname, port: /^\d{1,5}$/.test(port) ? Number(port) : undefined, ghc: said('ghc-') }];
  });
}

function member(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
  return (value as { readonly [name: string]: Json })[name];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
