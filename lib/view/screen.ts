import { width } from './width.ts';

const ESC = '\x1b[';
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
/** From the beginning of the row to the end of the screen. Not from the very first cell: there tmux takes it for `clear` and keeps the frame above its top. */
const CLEAR = `${ESC}K${ESC}C${ESC}J\r`;

/** The lower end of a terminal: a frame that is drawn over and over, and lines above it that stay. */
interface Screen {
  /** Draws the frame in place of the last one. */
  draw(frame: string): void;
  /** Lines that stay, above the frame; text ends with a newline. */
  keep(text: string): void;
  /** Takes the frame off the screen and draws nothing until `resume`: somebody else owns the terminal. */
  suspend(): void;
  resume(): void;
  /** Takes the frame off for good; lines that stay can still be written. */
  close(): void;
}

/** A frame is lines, each no wider than the terminal was, ended by a newline each; the cursor stands below it. */
export function screenOf(write: (text: string) => void, columns: () => number): Screen {
  let last = '';
  let kept = '';
  let state: 'open' | 'suspended' | 'closed' = 'open';
  let hidden = false;
  const off = (): string => erase(last, columns());
  const release = (): void => {
    const text = off() + kept + (hidden ? SHOW_CURSOR : '');
    hidden = false;
    last = '';
    kept = '';
    if (text !== '') write(text);
  };
  return {
    draw(frame) {
      if (state !== 'open' || (frame === last && kept === '')) return;
      const text = off() + kept + frame + (hidden ? '' : HIDE_CURSOR);
      hidden = true;
      last = frame;
      kept = '';
      write(text);
    },
    keep(text) {
      if (last === '' && state !== 'suspended') write(text);
      else kept += text;
    },
    suspend() {
      // From one owner to the next: what was kept back since the first one began is shown between them.
      if (state === 'closed') return;
      release();
      state = 'suspended';
    },
    resume() {
      if (state !== 'suspended') return;
      state = 'open';
      if (kept !== '') write(kept);
      kept = '';
    },
    close() {
      if (state === 'closed') return;
      release();
      state = 'closed';
    },
  };
}

/**
 * Takes a frame away. When the terminal became narrower since it was drawn, its lines were broken into more rows: all of them go.
 */
export function erase(frame: string, columns: number): string {
  if (frame === '') return '';
  let rows = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no columns
  const plain = frame.replace(/\x1b\[[0-9;]*m/g, '');
  for (const line of plain.split('\n')) rows += Math.max(1, Math.ceil(width(line) / Math.max(1, columns)));
  // The cursor stands on the empty row after the last newline, which `split` counted.
  const up = rows - 1;
  return `\r${up > 0 ? `${ESC}${up}A` : ''}${CLEAR}`;
}
