/** Milliseconds after which something that must come has not come. Generous: it is a judgement of wrong, not of slow. */
const PATIENCE = 30_000;

/** Whether it came to hold in time. */
export async function comes(holds: () => boolean | undefined, patience = PATIENCE): Promise<boolean> {
  for (const end = performance.now() + patience; ; ) {
    if (holds()) return true;
    if (performance.now() > end) return false;
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
