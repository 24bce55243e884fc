import type { View } from './view.ts';

/** Version of the lines below. Raised when a reader of the old ones would go wrong; new types and fields do not raise it. */
const EVENTS_VERSION = 1;

/** One JSON object a line: first the version, then every event with `seq` and `at`, as the journal has them. */
export function jsonView({ write }: { readonly write: (text: string) => void }): View {
  write(`${JSON.stringify({ schema: 'sbx-events', version: EVENTS_VERSION })}\n`);
  return {
    event: (e) => write(`${JSON.stringify(e)}\n`),
    end: () => Promise.resolve(),
  };
}
