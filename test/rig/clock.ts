import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file for Node's `--require` that sets the clock of its process `seconds` back. The monotonic clock and timers are as they were. */
export function clockBehind(folder: string, seconds: number): string {
  const file = join(folder, `clock-${seconds}.cjs`);
  writeFileSync(
    file,
    `const Real = Date;
const now = () => Real.now() - ${seconds} * 1000;
globalThis.Date = class Date extends Real {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now()] : parts));
  }
  static now() {
    return now();
  }
};
`,
  );
  return file;
}
