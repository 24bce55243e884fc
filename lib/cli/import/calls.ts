import type { Target } from './targets.ts';
import type { Work, WorkLine } from './work.ts';

/**
 * A recipe that calls make for targets of the same Makefile between its own lines, as works of their own: each stretch of lines comes after the
 * targets that are called before it. What is called first is needed like a prerequisite, what is called last by a group behind it.
 */
export function withCallsApart(work: Work, isTarget: (name: string) => boolean): readonly Work[] {
  if (work.role === 'make') return [work];
  const stretches: { calls: string[]; lines: WorkLine[] }[] = [{ calls: [], lines: [] }];
  for (const line of work.lines) {
    const calls = line.ignored ? [] : calledTargets(line.text, isTarget);
    if (calls.length > 0 && stretches.at(-1)?.lines.length !== 0) stretches.push({ calls: [], lines: [] });
    if (calls.length > 0) stretches.at(-1)?.calls.push(...calls);
    else stretches.at(-1)?.lines.push(line);
  }
  const { target } = work;
  let before: string[] = [];
  return stretches.map(({ calls, lines }, i): Work => {
    const isLast = i === stretches.length - 1;
    const name = isLast ? target.name : `${target.name} ${i + 1}`;
    const prerequisites = i === 0 ? target.prerequisites : before;
    before = [name];
    const own: Target =
      isLast && i === 0 ? target : { ...target, name, makes: [name], prerequisites, orderOnly: i === 0 ? target.orderOnly : [] };
    return { ...work, target: own, lines, calls, role: lines.length === 0 ? 'group' : stretches.length > 1 ? 'action' : work.role };
  });
}

/** The targets of `make A B`, if they are targets of this Makefile and nothing else is said. */
function calledTargets(text: string, isTarget: (name: string) => boolean): readonly string[] {
  const found = /^make((?:\s+(?:--no-print-directory|--silent|-s|-k|-j\s*\d*))*)((?:\s+[\w./%+-]+)+)\s*$/.exec(text);
  const names = (found?.[2] ?? '').trim().split(/\s+/).filter(Boolean);
  return names.every(isTarget) ? names : [];
}
