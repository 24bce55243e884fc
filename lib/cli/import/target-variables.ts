import type { Makefile, Note, Variable } from './makefile.ts';
import type { ExpandedRecipe } from './recipe.ts';
import type { Target } from './targets.ts';

/** What a target and all that it needs are. */
export function withAllNeeded(name: string, targets: ReadonlyMap<string, Target>): ReadonlySet<string> {
  const seen = new Set<string>();
  const todo = [name];
  for (let one = todo.pop(); one !== undefined; one = todo.pop()) {
    const target = targets.get(one);
    if (seen.has(one) || target === undefined) continue;
    seen.add(one);
    todo.push(...target.prerequisites, ...target.orderOnly);
  }
  return seen;
}

/** make gives the variables of a target to all that it needs as well. A step is the same whoever needs it. */
export function targetVariableNotes(
  { targetVariables }: Makefile,
  targets: ReadonlyMap<string, Target>,
  recipes: ReadonlyMap<string, ExpandedRecipe>,
  paramOf: (variable: string) => string | undefined,
): readonly Note[] {
  const told = new Set<Variable['at']>();
  return targetVariables.flatMap(({ target, variable, exported }): readonly Note[] => {
    if (target.includes('%') || variable.at === undefined || told.has(variable.at)) return [];
    const { name, value } = variable;
    const needed = [...withAllNeeded(target, targets)].filter((one) => one !== target);
    const users = needed.filter((one) => recipes.get(one)?.asked.has(name) || (exported && recipes.get(one)?.commands.length));
    if (users.length === 0) return [];
    told.add(variable.at);
    const param = paramOf(name);
    const text = typeof value === 'string' ? value : value.filter((piece) => typeof piece === 'string').join('');
    const instead =
      param === undefined ? 'Write the value into those steps.' : `Give it as a parameter: sbx run ${target} --set ${param}='${text}'.`;
    const why = `make uses this value for what ${target} needs, too (${users.slice(0, 3).join(', ')}${users.length > 3 ? ', ...' : ''}); here they have their own`;
    return [{ at: variable.at, text: `${target}: ${name} = ${text}`, why, instead, left: true, target }];
  });
}
