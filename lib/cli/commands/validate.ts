import { TASK } from '../../../tasks/index.ts';
import { sortDiagnostics } from '../../config/report.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Project } from '../../model/project.ts';
import { draftActions } from '../../plan/actions.ts';
import { makeGraph } from '../../plan/graph.ts';
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
  if (opening.is === 'open') {
    const { project, file, warnings } = opening.opened;
    return { file, steps: project.steps.size, diagnostics: sortDiagnostics([...warnings, ...betweenSteps(project)]) };
  }
  const { file, diagnostics, partial } = opening.faulty;
  return { file, diagnostics: partial === undefined ? diagnostics : sortDiagnostics([...diagnostics, ...betweenSteps(partial)]) };
}

/** What is wrong between steps, and what their tasks say of them; names that are not there were reported when the file was read. */
function betweenSteps(project: Project): readonly Diagnostic[] {
  const drafted = draftActions(project, { steps: [], named: new Set(), forced: new Set(), before: () => [] }, TASK);
  return [...makeGraph(project).diagnostics, ...drafted.diagnostics].filter(({ code }) => !code.startsWith('unknown-'));
}
