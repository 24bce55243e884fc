/** A command that no TERM ends, with what left its session and what has no environment. Says `working`. */
export const STUBBORN = `trap '' TERM HUP; setsid sh -c 'trap "" TERM; while :; do sleep 1; done' >/dev/null & env -i sleep 1000 & echo working; while :; do sleep 1; done`;
