/** Rules that all give or all take, found by the folder that each is about, so that thousands cost as much as the few that can matter to a path. */
import { groupBy } from './group-by.ts';
import { foldersAbove, type Reach } from './plain-paths.ts';

/** One pattern, or many that all give or all take. */
export interface Rule {
  readonly negated: boolean;
  /** Everything that the rule matches lies in this folder (or is it); '' is the root. */
  readonly lead: string;
  hits(path: string): boolean;
  reach(folder: string): Reach;
  readonly literals: readonly string[];
  readonly roots: readonly string[];
}

const FEW = 4;

/** The same rules with long runs of one sign made into one. */
export function bundled(rules: readonly Rule[]): readonly Rule[] {
  if (rules.length <= FEW) return rules;
  const result: Rule[] = [];
  for (let i = 0; i < rules.length; ) {
    const { negated } = rules[i] as Rule;
    let end = i + 1;
    while (end < rules.length && rules[end]?.negated === negated) end += 1;
    if (end - i > FEW) result.push(bundle(rules.slice(i, end), negated));
    else result.push(...rules.slice(i, end));
    i = end;
  }
  return result;
}

function bundle(rules: readonly Rule[], negated: boolean): Rule {
  const byLead = groupBy(rules, ({ lead }) => lead);
  const above = new Set(['', ...rules.flatMap(({ lead }) => foldersAbove(lead))]);
  const about = (path: string): readonly Rule[] => ['', ...foldersAbove(path), path].flatMap((folder) => byLead.get(folder) ?? []);
  return {
    negated,
    lead: '',
    hits: (path) => about(path).some((rule) => rule.hits(path)),
    reach(folder) {
      let reach: Reach = above.has(folder) && byLead.size > 0 ? 'some' : 'none';
      for (const rule of folder === '' ? (byLead.get('') ?? []) : about(folder)) {
        const one = rule.reach(folder);
        if (one === 'all') return 'all';
        if (one === 'some') reach = 'some';
      }
      return reach;
    },
    literals: rules.flatMap((rule) => rule.literals),
    roots: rules.flatMap((rule) => rule.roots),
  };
}
