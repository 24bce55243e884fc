import type { Expansion } from './expansion.ts';
import type { At, Rule } from './makefile.ts';
import { implicitStem, withStem } from './patterns.ts';

/** A pattern rule that makes a target. */
export interface Match {
  readonly rule: Rule;
  readonly stem: string;
  /** All that one run of its recipe makes, the target first. */
  readonly targets: readonly string[];
  readonly prerequisites: readonly string[];
  readonly orderOnly: readonly string[];
}

/** Chains of pattern rules are no longer than this; make has no bound. */
const LONGEST = 4;
/** What it costs to try a rule. */
const TRIED = 16;
const SUFFIXES = '.out .a .o .c .cc .cpp .C .p .f .s .S .y .l .tex .dvi .h .sh .elc .el'.split(' ');

/** The pattern rules of a Makefile, suffix rules as what they mean, those of make itself behind them. */
export function patternRules(rules: readonly Rule[]): readonly Rule[] {
  const suffixes = [
    ...SUFFIXES,
    ...rules.filter(({ targets }) => targets.includes('.SUFFIXES')).flatMap(({ prerequisites }) => prerequisites),
  ];
  const found = rules.flatMap((rule) => asPattern(rule, suffixes));
  const own = found.filter((rule) => !isBuiltIn(rule));
  const without = (rule: Rule): boolean => own.some((one) => one.recipe === undefined && sameNames(one, rule));
  return [...own.filter(({ recipe }) => recipe !== undefined), ...found.filter((rule) => isBuiltIn(rule) && !without(rule))];
}

export function isBuiltIn({ file }: At): boolean {
  return file === 'make';
}

function asPattern(rule: Rule, suffixes: readonly string[]): readonly Rule[] {
  if (rule.pattern !== undefined) return [];
  const [first = ''] = rule.targets;
  if (first.includes('%')) return [rule];
  if (!first.startsWith('.') || rule.targets.length !== 1 || rule.prerequisites.length > 0) return [];
  if (suffixes.includes(first)) return [{ ...rule, targets: ['%'], prerequisites: [`%${first}`] }];
  const from = suffixes.find((suffix) => first.startsWith(suffix) && suffixes.includes(first.slice(suffix.length)));
  return from === undefined ? [] : [{ ...rule, targets: [`%${first.slice(from.length)}`], prerequisites: [`%${from}`] }];
}

function sameNames(a: Rule, b: Rule): boolean {
  return a.targets.join(' ') === b.targets.join(' ') && a.prerequisites.join(' ') === b.prerequisites.join(' ');
}

/**
 * The pattern rule that makes `name`: the one with the shortest stem whose prerequisites are all there, else one whose prerequisites can be made in
 * the same way. `isKnown`: a target of the Makefile.
 */
export function implicitRule(
  name: string,
  rules: readonly Rule[],
  isKnown: (name: string) => boolean,
  { files, budget }: Pick<Expansion, 'files' | 'budget'>,
): Match | undefined {
  const there = (path: string): boolean => isKnown(path) || files.exists(path);
  const search = (target: string, allowed: readonly Rule[], depth: number): Match | undefined => {
    budget.left -= allowed.length * TRIED;
    if (budget.left < 0) return undefined;
    const matches = allowed.flatMap((rule) => matchesOf(rule, target)).sort((a, b) => a.stem.length - b.stem.length);
    const direct = matches.find(({ prerequisites }) => prerequisites.every(there));
    if (direct !== undefined || depth === LONGEST) return direct;
    return matches.find(({ rule, prerequisites }) => {
      const others = allowed.filter((one) => one !== rule);
      return prerequisites.length > 0 && prerequisites.every((path) => there(path) || search(path, others, depth + 1) !== undefined);
    });
  };
  return search(name, rules, 0);
}

function matchesOf(rule: Rule, target: string): readonly Match[] {
  for (const pattern of rule.targets) {
    // Any name is of the pattern `%`: as in make, one with a suffix of its own is not taken for it.
    if (pattern === '%' && isBuiltIn(rule) && target.includes('.')) continue;
    const found = implicitStem(pattern, target);
    if (found === undefined) continue;
    const full = (one: string): string => (one.includes('%') ? found.folder + withStem(one, found.stem) : one);
    const others = rule.targets.filter((one) => one !== pattern).map(full);
    return [
      {
        rule,
        stem: found.folder + found.stem,
        targets: [target, ...others],
        prerequisites: rule.prerequisites.map(full),
        orderOnly: rule.orderOnly.map(full),
      },
    ];
  }
  return [];
}
