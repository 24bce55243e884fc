import { TASK } from '../../../tasks/index.ts';
import { draftActions } from '../../plan/actions.ts';
import { makeGraph } from '../../plan/graph.ts';
import { selectAll } from '../../plan/select.ts';
import { EXIT } from '../../run/exit-code.ts';
import { isValid, type Validated, validateJson, validateText } from '../../view/validate.ts';
import type { Call } from '../call.ts';
import { type Opening, open, textsOf } from '../open.ts';

export async function validate(call: Call): Promise<number> {
  const opening = await open(call, { named: [] });
  if (opening.is === 'refused') return opening.code;
  const validated = whatIsWrong(opening);
  const { diagnostics } = validated;
  const text = call.options.json ? validateJson(validated) : validateText(validated, textsOf(call, diagnostics), await call.paint());
  const valid = isValid(diagnostics);
  (valid || call.options.json ? call.out : call.err).write(text);
  return valid ? EXIT.done : EXIT.usage;
}

function whatIsWrong(opening: Exclude<Opening, { readonly is: 'refused' }>): Validated {
  if (opening.is === 'faulty') return opening.faulty;
  const { project, file, warnings } = opening.opened;
  const graph = makeGraph(project);
  const drafted = graph.value ? draftActions(project, selectAll(graph.value), TASK).diagnostics : [];
  return { file, steps: project.steps.size, diagnostics: [...warnings, ...graph.diagnostics, ...drafted] };
}
