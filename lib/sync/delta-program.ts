import { GUARD, SETTLE } from './guard-program.ts';

/** The far half of rsync: what it makes, of what is in the workspace and what comes, lies in .sbx/part then. $3 and the rest are its words. */
export const DELTA = `
${GUARD}${SETTLE}
settle
if [ -L .sbx/part ] || [ ! -d .sbx/part ]; then rm -f .sbx/part && mkdir -p .sbx/part || exit 1; fi
shift 2
exec rsync "$@"
`;

/** Where the files go, and where their former content is, seen from there. */
export const DELTA_TO = '.sbx/part/';
export const DELTA_FROM = '../..';

/**
 * The near half, whose way to the far side is our stdin and stdout: what it takes for ssh writes the words for the far half first, then an empty one.
 * What it says itself goes to stderr. Its words are $1 and the rest.
 */
export const NEAR = 'exec 3<&0 4>&1; exec rsync "$@" </dev/null >&2';
export const NEAR_SHELL = `sh -c 'printf "%s\\0" "$@" "" >&4; exec 5<&0; cat <&5 >&4 3<&- & exec cat <&3 4>&- 5<&-' sh`;
