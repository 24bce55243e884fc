/** What lies in the state folder of this computer about the machine of an owner's tag; its clones share all but the keys. */
export function guestPaths(state: string, owner: string) {
  const guests = `${state}/guests`;
  const shared = `${guests}/${owner.slice(0, TAG)}`;
  return {
    /** A folder: what this computer needs to get into it. */
    keys: `${guests}/${owner}`,
    /** Who uses it. */
    users: `${shared}.users`,
    /** Whoever brings it up, leaves it or reaps it holds this. */
    lock: `${shared}.lock`,
    /** Since when nobody has used it, where somebody wants it to be stopped then. */
    idle: `${shared}.idle`,
  };
}

/** Of `sbx-` and 16 hex digits. */
const TAG = 20;
