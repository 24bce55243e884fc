import { unreachable } from '../base/unreachable.ts';
import type { PlaceChange } from '../model/event.ts';
import type { SkipCause } from '../model/outcome.ts';
import type { Decision } from '../model/plan.ts';
import type { Staleness } from '../model/staleness.ts';

/**
 * The words for reasons, the same in plan, explain and run. Plain text of one line: names and outputs come as they are, whoever
 * shows them makes them harmless for a terminal.
 */
export function describe(reason: Staleness): string {
  switch (reason.code) {
    case 'never-ran':
      return 'never ran here';
    case 'not-remembered':
      return 'declares no outputs, so it runs every time';
    case 'not-cacheable':
      return `never cached: ${NOT_CACHED[reason.because]}`;
    case 'forced':
      return 'forced';
    case 'failed-before':
      return 'failed when it last ran';
    case 'cancelled-before':
      return 'cancelled when it last ran';
    case 'disturbed-before':
      return 'its inputs changed while it last ran';
    case 'cut-off-before':
      return 'cut off when it last ran';
    case 'task-changed':
      return `task changed: ${reason.from} -> ${reason.to}`;
    case 'command-changed':
      return 'command changed';
    case 'value-changed':
      return `value changed: ${some(reason.names)}`;
    case 'settings-changed':
      return `settings changed: ${some(reason.names)}`;
    case 'dir-changed':
      return `dir changed: ${reason.from} -> ${reason.to}`;
    case 'env-changed':
      return `environment changed: ${some(reason.names)}`;
    case 'inputs-changed':
      return inputs(reason);
    case 'command-output-changed':
      return `output of ${some(
        reason.commands.map((command) => `\`${command.trim()}\``),
        2,
      )} changed`;
    case 'command-not-run':
      return `depends on what ${some(
        reason.commands.map((command) => `\`${command.trim()}\``),
        2,
      )} prints: not known without running it`;
    case 'value-unknown':
      return `depends on ${some(reason.names, 2)}, known only when ${some(reason.steps)} ${reason.steps.length > 1 ? 'have' : 'has'} run`;
    case 'upstream-changed':
      return `results of ${some(reason.steps)} changed`;
    case 'upstream-runs':
      return `depends on what ${some(reason.steps)} will make`;
    case 'upstream-ran':
      return `needs ${some(reason.steps)}, which runs every time`;
    case 'tool-changed':
      return `tool changed: ${some(reason.tools)}`;
    case 'place-changed':
      return `toolchain of ${reason.sandbox} changed: ${some(
        reason.probes.map((probe) => change(probe.name, probe.from, probe.to)),
        2,
      )}`;
    case 'place-unknown':
      return `toolchain of ${reason.sandbox} is not known yet`;
    case 'outputs-declared':
      return `declared outputs changed${listed([...reason.added.map((glob) => `+${glob}`), ...reason.removed.map((glob) => `-${glob}`)])}`;
    case 'state-declared':
      return 'declared state changed';
    case 'secret-changed':
      return `secret changed: ${some(reason.names)}`;
    case 'place-holds-other':
      return 'the workspace holds the result of other inputs';
    case 'outputs-unreadable':
      return `its outputs cannot be looked at: ${reason.because}`;
    case 'outputs-missing':
      return `outputs missing: ${some(reason.paths)}`;
    case 'outputs-edited':
      return `outputs edited: ${some(reason.paths)}`;
    case 'record-lost':
      return 'its record was lost';
    case 'needed-there':
      return `needed in the place by ${reason.step}`;
    default:
      return unreachable(reason);
  }
}

/** What will happen and why, in a few words: the most telling reason, and how many more there are. Empty if there is nothing to say. */
export function describeDecision(decision: Decision): string {
  switch (decision.is) {
    case 'fresh':
      return '';
    case 'restore':
      if (decision.edited.length > 0) return `outputs edited: ${some(decision.edited)}`;
      return decision.missing.length > 0 ? `outputs missing: ${some(decision.missing)}` : 'files among its outputs that it did not make';
    case 'run':
    case 'maybe': {
      const [first, ...more] = decision.reasons;
      if (!first) return '';
      return more.length === 0
        ? describe(first)
        : `${describe(first)} (and ${more.length} more ${more.length === 1 ? 'reason' : 'reasons'})`;
    }
    case 'skip':
      return describeSkip(decision.because);
    default:
      return unreachable(decision);
  }
}

export function describeSkip(cause: SkipCause): string {
  switch (cause.code) {
    case 'upstream-failed':
      return `${cause.step} failed`;
    case 'disabled':
      return 'its `if` is false';
    case 'platform':
      return `it is for ${some(cause.platforms)} only`;
    case 'condition':
      return 'its `when` does not hold';
    case 'not-needed':
      return 'no step that runs needs it';
    case 'unreachable':
      return 'its place cannot be reached';
    case 'stopped':
      return 'the run was stopped before its turn';
    default:
      return unreachable(cause);
  }
}

/** How a place is other than the last run left it. */
export function describeChange({ sandbox, what }: PlaceChange): string {
  switch (what) {
    case 'host':
      return `${sandbox} is another host than last time`;
    case 'workspace-gone':
      return `the workspace in ${sandbox} is gone`;
    case 'toolchain':
      return `${sandbox} has another toolchain than before`;
    case 'files':
      return `${sandbox} has other files than were sent last`;
    case 'results':
      return `${sandbox} holds other results than were left there`;
    default:
      return unreachable(what);
  }
}

const NOT_CACHED: { readonly [because in (Staleness & { code: 'not-cacheable' })['because']]: string } = {
  interactive: 'it is interactive',
  service: 'it is a service',
  when: 'it runs on failure or always',
  provides: 'it brings up a place',
  releases: 'it releases a place',
  machine: 'its machine is asked each time',
  secrets: 'it uses secrets in a place that is not here',
  'cache-off': 'caching is off',
};

function inputs(reason: Staleness & { readonly code: 'inputs-changed' }): string {
  const paths = [...reason.changed, ...reason.added.map((path) => `${path} (new)`), ...reason.removed.map((path) => `${path} (gone)`)];
  return `inputs changed${listed(paths)}`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${some(names, 1)}`;
}

/** The first names of a list and how many more there are. */
function some(names: readonly string[], shown = 3): string {
  // One more than shown is shorter said than counted.
  if (names.length <= shown + (shown > 1 ? 1 : 0)) return names.join(', ');
  return `${names.slice(0, shown).join(', ')} (and ${names.length - shown} more)`;
}

/** `ghc 9.6.6 -> 9.8.4`: of two long outputs only the words that differ, of those the first few. */
function change(name: string, from: string, to: string): string {
  if (from.trim() === '') return `${name} is new`;
  if (to.trim() === '') return `${name} is gone`;
  const before = from.trim().split(/\s+/);
  const after = to.trim().split(/\s+/);
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return `${name} ${short(before.slice(start, before.length - end))} -> ${short(after.slice(start, after.length - end))}`;
}

function short(words: readonly string[]): string {
  const text = words.slice(0, 4).join(' ');
  if (text === '') return '(nothing)';
  if (text.length > 40) return `${text.slice(0, 39)}…`;
  return words.length > 4 ? `${text} …` : text;
}
