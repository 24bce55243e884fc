/** Signals a process group of this computer; one that is gone is no trouble. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // gone already, or of another user
  }
}
