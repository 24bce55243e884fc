/** What a step's command may be when the run is told to end. `READY` is the file that says that it stands. Texts of sh -e. */
export const CHILDREN = {
  ordinary: 'touch "$READY"; sleep 9000',
  /** The only one that ends by itself, once it may. */
  'ends well': 'touch "$READY"; while [ -e "${READY%ready}hang-work" ]; do sleep 0.1; done',
  // Two in a row, the second of which must not begin.
  chain: 'touch "$READY"; sleep 9000; touch "$READY.second"; sleep 9000',
  'ignores TERM': `trap "" TERM INT HUP; touch "$READY"; while :; do sleep 1; done`,
  'leaves the session': 'setsid sleep 9000 & setsid -f sleep 9000; touch "$READY"; wait',
  'leaves the session and ignores TERM': `setsid sh -c 'trap "" TERM HUP; touch "$READY"; while :; do sleep 1; done' & wait`,
  'is stopped': `sh -c 'trap : TERM; kill -s STOP $$; sleep 9000' & touch "$READY"; kill -s STOP $$; wait`,
  'holds the pipe': `setsid sh -c 'trap "" TERM HUP; while :; do echo held; sleep 1; done' & touch "$READY"; exec sleep 9000`,
  'forks twice': `(setsid sh -c 'exec sleep 9000' >/dev/null 2>&1 </dev/null &); touch "$READY"; sleep 9000`,
  'starts others while it ends': `trap 'sleep 9000 & setsid sleep 9000 & exit 0' TERM; touch "$READY"; while :; do sleep 0.2; done`,
  'prints without end': `touch "$READY"; while :; do echo 0123456789012345678901234567890123456789; done`,
  'clears its environment': `env -i PATH="$PATH" setsid sleep 9000 & env -i PATH="$PATH" sh -c 'sleep 9000; :' & touch "$READY"; wait`,
} as const;

export type Child = keyof typeof CHILDREN;
