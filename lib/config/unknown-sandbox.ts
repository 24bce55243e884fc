import { hintOf } from '../base/suggest.ts';
import type { SandboxName } from '../model/project.ts';
import type { Origin, Report } from './report.ts';

/** A name that no sandbox has. */
export function addUnknownSandbox(name: SandboxName, known: Iterable<SandboxName>, at: Origin | undefined, report: Report): void {
  report.add('unknown-sandbox', `there is no sandbox \`${name}\``, at, () => hintOf(name, known, 'Declare it under `sandboxes:`.'));
}
