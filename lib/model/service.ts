/** How it is known that a service is ready, as seen from its place. */
export type Readiness =
  | { readonly by: 'start' } // it was started, no more
  | { readonly by: 'tcp'; readonly host: string; readonly port: number }
  | { readonly by: 'http'; readonly host: string; readonly port: number; readonly path: string; readonly status?: number }
  | { readonly by: 'command'; readonly text: string }
  | { readonly by: 'line'; readonly pattern: string }
  | { readonly by: 'task' }; // its task says it

/** What came of asking. `never`: there is no use in asking again. */
export type Answer = { readonly is: 'ready' } | { readonly is: 'not-yet' | 'never'; readonly why: string };

/** A step that goes on beside those that need it, until the last of them has ended. */
export interface Service {
  readonly ready: Readiness;
  /** Milliseconds. */
  readonly deadline: number;
  readonly interval: number;
}

/** What is waited for, in words: `a connection to localhost:5432`. */
export function describeReadiness(ready: Readiness): string {
  switch (ready.by) {
    case 'start':
      return 'its start';
    case 'tcp':
      return `a connection to ${ready.host}:${ready.port}`;
    case 'http':
      return `${ready.status === undefined ? 'an answer' : `the status ${ready.status}`} from http://${ready.host}:${ready.port}${ready.path}`;
    case 'command':
      return `success of \`${ready.text.trim()}\``;
    case 'line':
      return `a line that fits /${ready.pattern}/`;
    case 'task':
      return 'what it brings up to answer';
  }
}
