import { suggest } from '../base/suggest.ts';
import { type Param, type Project, type SandboxSpec, type Step, type StepId, stepsCalled } from '../model/project.ts';

/** What of a project is listed. */
export interface Listed {
  readonly steps: readonly Step[];
  readonly sandboxes: readonly SandboxSpec[];
  readonly params: readonly (readonly [name: string, param: Param])[];
}

/** Where every one of `words` is found, in names, aliases, descriptions, commands, tasks and places; case counts nothing. Without words: everything. */
export function listed(project: Project, words: readonly string[]): Listed {
  const wanted = words.map((word) => word.toLowerCase());
  const has = (...texts: readonly (string | undefined)[]): boolean => {
    const text = texts.join('\n').toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  return {
    steps: [...project.steps.values()].filter(({ id, aliases = [], description, script, task, sandbox }) =>
      has(id, ...aliases, description, script?.source, task, sandbox),
    ),
    sandboxes: [...project.sandboxes.values()].filter(({ name, kind, host }) => has(name, kind, host)),
    params: [...project.params].filter(([name, { description }]) => has(name, description)),
  };
}

/** Those of the steps alone. */
export function onlySteps({ steps }: Listed, ids: ReadonlySet<StepId>): Listed {
  return { steps: steps.filter(({ id }) => ids.has(id)), sandboxes: [], params: [] };
}

/** What is called nearly as one of the words, as a whole or in one of its parts (`remote` of `remote-build`). */
export function nearlyListed(project: Project, words: readonly string[]): Listed {
  const isNear = (name: string): boolean => words.some((word) => suggest(word, [name, ...name.split(/[-_:@,]/)]) !== undefined);
  const called = new Set([...project.called.keys()].filter(isNear).flatMap((name) => stepsCalled(project, name)));
  return {
    steps: [...project.steps.values()].filter(({ id }) => called.has(id) || isNear(id)),
    sandboxes: [...project.sandboxes.values()].filter(({ name }) => isNear(name)),
    params: [...project.params].filter(([name]) => isNear(name)),
  };
}

export function isEmpty({ steps, sandboxes, params }: Listed): boolean {
  return steps.length + sandboxes.length + params.length === 0;
}
