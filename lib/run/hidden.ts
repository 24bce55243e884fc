import type { Audit } from '../model/audit.ts';
import type { Emit, Event } from '../model/event.ts';
import type { Failure } from '../model/failure.ts';
import type { Project } from '../model/project.ts';
import type { Performed } from './performed.ts';
import type { Secrets } from './secrets.ts';

// Takes secrets out of what is told of a step beside its output: errors quote what they were given, notes name files.

type Hide = (text: string) => string;

export function hidden(performed: Performed, { project, secrets }: { readonly project: Project; readonly secrets: Secrets }): Performed {
  const { outcome } = performed;
  if (outcome.is !== 'failed' || project.secrets.length === 0) return performed;
  return { ...performed, outcome: { ...outcome, failure: hiddenFailure(outcome.failure, secrets.hide) } };
}

function hiddenFailure(failure: Failure, hide: Hide): Failure {
  const { message, hint, command, lastLines } = failure;
  return {
    ...failure,
    message: hide(message),
    ...(hint === undefined ? {} : { hint: hide(hint) }),
    ...(command === undefined ? {} : { command: hide(command) }),
    ...(lastLines === undefined ? {} : { lastLines: hide(lastLines.join('\n')).split('\n') }),
  };
}

/** Outputs were masked as they came. */
export function hidingEmit(emit: Emit, hide: Hide): Emit {
  return (event) => emit(hiddenEvent(event, hide));
}

function hiddenEvent(event: Event, hide: Hide): Event {
  switch (event.type) {
    case 'step-note':
    case 'warning':
      return { ...event, text: hide(event.text) };
    case 'step-retry':
      return { ...event, failure: hiddenFailure(event.failure, hide) };
    case 'step-audited':
      return { ...event, audit: hiddenAudit(event.audit, hide) };
    default:
      return event;
  }
}

/** Names of files and folders, wherever it has them. */
function hiddenAudit(audit: Audit, hide: Hide): Audit {
  return JSON.parse(JSON.stringify(audit), (_, value: unknown) => (typeof value === 'string' ? hide(value) : value)) as Audit;
}
