/** Milliseconds after which something that must come has not come. Generous: it is a judgement of wrong, not of slow. */
const PATIENCE = 45_000;

/** Whether it came to hold in time; looked at all `every` milliseconds. */
export async function comes(holds: () => boolean | undefined | Promise<boolean>, patience = PATIENCE, every = 20): Promise<boolean> {
  for (const end = performance.now() + patience; ; ) {
    if (await holds()) return true;
    if (performance.now() > end) return false;
    await pause(every);
  }
}

/** Waits for what must come; throws if it does not. A function says what it was, and how things stand then. */
export async function until(
  what: string | (() => string),
  holds: () => boolean | undefined | Promise<boolean>,
  patience = PATIENCE,
): Promise<void> {
  if (!(await comes(holds, patience, 5))) throw new Error(`${typeof what === 'string' ? what : what()}: not within ${patience / 1000} s`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
