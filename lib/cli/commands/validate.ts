import { sortDiagnostics } from '../../config/report.ts';
import { EXIT } from '../../run/exit-code.ts';
import { isValid, type Validated, validateJson, validateText } from '../../view/validate.ts';
import { betweenSteps } from '../between-steps.ts';
import type { Call } from '../call.ts';
import { annotate, type Opening, open, textsOf } from '../open.ts';

export async function validate(call: Call): Promise<number> {
  const opening = await open(call, { named: [] });
  if (opening.is === 'refused') return opening.code;
  const validated = whatIsWrong(opening);
  const { diagnostics } = validated;
  const text = call.options.json ? validateJson(validated) : validateText(validated, textsOf(call, diagnostics), await call.paint());
  const valid = isValid(diagnostics);
  (valid || call.options.json ? call.out : call.err).write(text);
  if (!call.options.json) await annotate(call, diagnostics);
  return valid ? EXIT.done : EXIT.usage;
}

function whatIsWrong(opening: Exclude<Opening, { readonly is: 'refused' }>): Validated {
  if (opening.is === 'open') {
    const { project, file, warnings, tasks } = opening.opened;
    return { file, steps: project.steps.size, diagnostics: sortDiagnostics([...warnings, ...betweenSteps(project, tasks)]) };
  }
  const { file, diagnostics, partial, tasks } = opening.faulty;
  return { file, diagnostics: partial === undefined ? diagnostics : sortDiagnostics([...diagnostics, ...betweenSteps(partial, tasks)]) };
}
