import type { Diagnostic } from '../model/diagnostic.ts';
import type { Lacking, Project, StepId } from '../model/project.ts';

// What steps refer to and nobody gave a value.

/** What must be given before these steps can run, and the first of them that needs it. */
export function lackingOf(project: Project, steps: Iterable<StepId>): ReadonlyMap<string, StepId> {
  const names = new Map<string, StepId>();
  if (project.lacking.size === 0) return names;
  for (const id of steps) {
    const step = project.steps.get(id);
    for (const name of (step?.enabled && step.lacks) || []) if (!names.has(name)) names.set(name, id);
  }
  return names;
}

/** All of them at once, each with how to set it. */
export function lackingDiagnostics(project: Project, names: ReadonlyMap<string, string>): readonly Diagnostic[] {
  return [...names].flatMap(([name, needing]) => {
    const lacking = project.lacking.get(name);
    return lacking === undefined ? [] : [diagnosticOf(name, lacking, needing)];
  });
}

function diagnosticOf(name: string, { is, enum: choices, set, span }: Lacking, needing: string): Diagnostic {
  const what = is === 'param' ? `the parameter \`${name}\` has no value` : `the ${is} \`${name}\` is not set`;
  const values = choices === undefined ? '' : ` It is one of ${choices.join(', ')}.`;
  return {
    severity: 'error',
    code: 'missing-param',
    message: `${what}, and ${needing} needs it`,
    hint: `${set}${values}`,
    ...(span === undefined ? {} : { span }),
  };
}
