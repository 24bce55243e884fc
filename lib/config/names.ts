import { hintOf } from '../base/suggest.ts';
import type { StepId } from '../model/project.ts';
import { isFree } from '../schema/shape.ts';
import type { Entry, Section } from './section.ts';

/** The steps of a project by all their names. */
export interface StepNames {
  /** By their ids. */
  readonly section: Section;
  /** The cells of each matrix by the name of its step, and the default of each included file by its name. */
  readonly groups: ReadonlyMap<string, readonly StepId[]>;
  /** Other names for the command line. */
  readonly aliases: ReadonlyMap<string, readonly StepId[]>;
  /** StepNames of included files that are not there, and where they would lie. */
  readonly absent: ReadonlyMap<string, string>;
}

/** Who says a name. */
type From = Pick<Entry, 'unit' | 'cell'>;

/** Why a name means no step. */
interface NoStep {
  readonly message: string;
  readonly hint: () => string | undefined;
}

const SAME = '@same';

/** The steps that a name in `needs`, `after` or `default` means. In an included file it is one of its own; `:name` is one of the project's file. */
export function stepsMeant(written: string, from: From | undefined, names: StepNames): readonly StepId[] | NoStep {
  const name = wholeName(written, from);
  if (names.section.has(name)) return [name];
  if (name.endsWith(SAME)) return sameCells(name.slice(0, -SAME.length), from, names);
  return names.groups.get(name) ?? noStep(name, from, names);
}

export function wholeName(written: string, from: From | undefined): string {
  return written.startsWith(':') ? written.slice(1) : `${from?.unit?.space ?? ''}${written}`;
}

function noStep(name: string, from: From | undefined, { section, groups, aliases, absent }: StepNames): NoStep {
  const [step] = aliases.get(name) ?? [];
  const space = from?.unit?.space ?? '';
  const asWritten = (id: string): string => (id.startsWith(space) ? id.slice(space.length) : `:${id}`);
  const written = asWritten(name);
  return {
    message: `there is no step \`${written}\``,
    hint: () => {
      if (step !== undefined) return `It is an alias, for the command line: write \`${asWritten(section.get(step)?.cell?.of ?? step)}\`.`;
      if (isFree(written)) return 'What starts with x- is your own, and no step.';
      const missing = [...absent].find(([one]) => name.startsWith(`${one}:`));
      if (missing) return `\`${missing[0]}\` is optional, and there is no ${missing[1]}.`;
      return hintOf(written, [...section.keys(), ...groups.keys()].map(asWritten));
    },
  };
}

/** The cells that have the same values as the one that asks, as far as both have the keys. */
function sameCells(name: string, from: From | undefined, names: StepNames): readonly StepId[] | NoStep {
  const cells = names.groups.get(name);
  const wrong = (message: string, hint: string): NoStep => ({ message, hint: () => hint });
  if (cells === undefined)
    return names.section.has(name) ? wrong(`\`${name}\` has no matrix, and so no cells`, `Write \`${name}\`.`) : noStep(name, from, names);
  const own = from?.cell?.values;
  if (own === undefined) return wrong('`@same` means the same cell, and here is no matrix', `Write \`${name}\` for all its cells.`);
  const theirs = cells.map((id) => [id, names.section.get(id)?.cell?.values ?? new Map()] as const);
  const shared = [...own.keys()].filter((key) => theirs[0]?.[1].has(key));
  if (shared.length === 0) return wrong(`the matrix of \`${name}\` has no key of this one`, `Write \`${name}\` for all its cells.`);
  const found = theirs.filter(([, values]) => shared.every((key) => String(values.get(key)) === String(own.get(key)))).map(([id]) => id);
  if (found.length > 0) return found;
  const wanted = shared.map((key) => `${key}=${own.get(key)}`).join(', ');
  return wrong(`\`${name}\` has no cell with ${wanted}`, `It has ${cells.slice(0, 6).join(', ')}${cells.length > 6 ? ', ...' : ''}.`);
}

export function isNoStep(meant: readonly StepId[] | NoStep): meant is NoStep {
  return 'message' in meant;
}
