import { isList } from '../base/plain.ts';
import { suggest } from '../base/suggest.ts';
import type { Lacking, Secret } from '../model/project.ts';
import { stepFields } from '../schema/step.ts';
import { checkField, type Field } from './field.ts';
import { below, type Report } from './report.ts';
import type { Scope } from './scope.ts';

/** What a step requires. */
export interface Required {
  /** Parameters, by their names. */
  readonly params: readonly string[];
  /** The variables that nobody set; an empty one is not set. */
  readonly lacking: ReadonlyMap<string, Lacking>;
}

/** A name is that of a parameter, if there is one, else of a variable. */
export function readRequires(field: Field | undefined, scope: Scope, secrets: readonly Secret[], report: Report): Required {
  const names = field && (checkField(stepFields.requires, field.value, field, report) as readonly string[] | undefined);
  if (field === undefined || names === undefined) return NOTHING;
  const lacking = new Map<string, Lacking>();
  const { params, env, ask } = scope;
  for (const [i, name] of names.entries()) {
    if (params.has(name) || env.get(name) || ask.environment.get(name)) continue;
    const at = isList(field.value) ? { ...field, ...below(field, i) } : field;
    // Most variables are written in capitals: what is not, and is nearly a parameter, is meant to be one.
    const near = name === name.toUpperCase() ? undefined : suggest(name, params.keys());
    if (near !== undefined) report.add('unknown-param', `there is no parameter \`${name}\``, at, `Did you mean \`${near}\`?`);
    const secret = secrets.find((one) => one.name === name);
    if (secret?.file !== undefined) continue;
    const span = at.document.spanOf(at.path);
    const is = secret === undefined ? 'variable' : 'secret';
    lacking.set(name, { is, set: `Set it in the environment: ${name}=...`, ...(span === undefined ? {} : { span }) });
  }
  return { params: names.filter((name) => params.has(name)), lacking };
}

const NOTHING: Required = { params: [], lacking: new Map() };
