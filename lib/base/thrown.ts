/** What was thrown by code that is not ours, which may throw whatever it likes, in words. */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.message}` : String(thrown);
  } catch {
    return 'it threw what has no text';
  }
}
