import type { Work } from './work.ts';

type Needs = ReadonlyMap<string, readonly string[]>;

/** Steps that are looked at, all in all: a Makefile in which everything needs everything is not followed to its end. */
const MOST_LOOKED_AT = 5_000_000;

/**
 * make takes prerequisites one after the other, and Makefiles rely on it where it is not said (`rebuild: clean all`, `ci: lint test`). For each
 * target: those that come before it, as far as one of the two is an action. An order that would contradict what is needed, or an earlier one, is
 * left out.
 */
export function ordered(works: ReadonlyMap<string, Work>, needs: Needs): Needs {
  const after = new Map<string, string[]>();
  let left = MOST_LOOKED_AT;
  const reach = (name: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const todo = [name];
    for (let one = todo.pop(); one !== undefined && left > 0; one = todo.pop()) {
      for (const next of [...(needs.get(one) ?? []), ...(after.get(one) ?? [])]) {
        left -= 1;
        if (seen.has(next)) continue;
        seen.add(next);
        todo.push(next);
      }
    }
    return seen;
  };
  const put = (late: string, early: string, before: ReadonlySet<string>): void => {
    const list = after.get(late) ?? [];
    if (left <= 0 || late === early || list.includes(early) || needs.get(late)?.includes(early) || before.has(late)) return;
    after.set(late, [...list, early]);
  };
  for (const name of works.keys()) {
    let action: string | undefined;
    let since: string[] = [];
    for (const late of (needs.get(name) ?? []).flatMap((need) => members(need, works, needs))) {
      if (action !== undefined) {
        const before = reach(action);
        for (const step of [late, ...reach(late)]) put(step, action, before);
      }
      since.push(late);
      if (!isAction(works.get(late))) continue;
      for (const early of since) put(late, early, reach(early));
      action = late;
      since = [];
    }
  }
  return after;
}

function isAction(work: Work | undefined): boolean {
  return work?.role === 'action' || work?.role === 'make';
}

/** A group stands for what it needs. */
function members(name: string, works: ReadonlyMap<string, Work>, needs: Needs, depth = 0): readonly string[] {
  const own = needs.get(name) ?? [];
  if (works.get(name)?.role !== 'group' || own.length === 0 || depth > 16) return [name];
  return own.flatMap((need) => members(need, works, needs, depth + 1));
}
