import { posix } from 'node:path';
import type { Lacking, Param } from '../model/project.ts';
import type { Pairs } from '../model/value.ts';
import { mergePairs } from './environment.ts';
import { checkSet } from './given-params.ts';
import { type Params, readParams } from './params.ts';
import { readName, readTopEnv, secretNames } from './project.ts';
import type { Scope } from './scope.ts';
import type { Sources } from './sources.ts';
import { type OpenWith, type Unit, within } from './unit.ts';

/** What the files of a project say to all their steps, and what their expressions see. */
interface UnitValues {
  readonly name: string;
  readonly params: ReadonlyMap<string, Param>;
  readonly lacking: Map<string, Lacking>;
  /** By layer. */
  readonly scopeOf: (layer: number) => Scope;
  readonly sourcesOf: (layer: number) => Sources;
  /** The variables of the steps that this layer declares. */
  readonly envOf: (layer: number) => Pairs;
}

interface OfLayer {
  readonly scope: Scope;
  readonly sources: Sources;
  readonly env: Pairs;
}

/** Variables of a file hold also in those that it includes; parameters only where both declare them. */
export function readUnits(units: readonly Unit[], opening: OpenWith): UnitValues {
  const { ask, report } = opening;
  const lacking = new Map<string, Lacking>();
  const layers: OfLayer[] = [];
  const paramsOf = new Map<Unit, Params>();
  const declared = new Map<string, Param>();
  const secrets = secretNames(units.flatMap((unit) => unit.layers));
  for (const unit of units) {
    const own = unit.outer === undefined ? ask : { ...ask, root: posix.join(ask.root, unit.folder) };
    const sources = within(opening.sources, unit.folder);
    const bare: Scope = {
      ask: own,
      name: (unit.outer === undefined ? ask.name : undefined) ?? readName(unit.own, own.root, report),
      params: new Map(),
      lacks: new Set(),
      env: new Map(),
      spend: report.spend,
      secrets,
    };
    const params = readParams(unit, unit.outer && paramsOf.get(unit.outer), bare, lacking, report);
    paramsOf.set(unit, params);
    for (const [name, param] of params.declared) if (!declared.has(name)) declared.set(name, param);
    const seen = new Map(unit.layers.map(({ index }) => [index, { ...bare, ...params.seenBy(index) }]));
    const outer = unit.outer && layers[unit.outer.main.index]?.env;
    const written = readTopEnv(unit.layers, (layer) => seen.get(layer) ?? bare, sources, report);
    const env = mergePairs([outer ?? [], written], { document: unit.main.document, path: [] }, report);
    const variables = new Map(env);
    for (const [index, scope] of seen) layers[index] = { scope: { ...scope, env: variables }, sources, env };
  }
  checkSet(ask, new Set([...paramsOf.values()].flatMap(({ names }) => [...names])), report);
  const of = (layer: number): OfLayer => layers[layer] ?? (layers[0] as OfLayer);
  return {
    name: of(0).scope.name,
    params: declared,
    lacking,
    scopeOf: (layer) => of(layer).scope,
    sourcesOf: (layer) => of(layer).sources,
    envOf: (layer) => of(layer).env,
  };
}
