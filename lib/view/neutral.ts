// Makes text of others safe to show: a step's output or a file's name can neither move the cursor, set the title, nor forge a line of ours.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const SEQUENCE = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/g;
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour of the output
const COLOUR = /^\x1b\[[0-9;:]*m$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the quick way out for nearly all lines
const SUSPECT = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/**
 * One line without escape sequences, control characters and marks that turn the direction of text. Of a line that was overwritten
 * by carriage returns the last state is kept. With `colours`, colours of the output stay and are ended at its end.
 */
export function neutral(line: string, colours = false): string {
  if (!SUSPECT.test(line) && !line.includes('\n')) return line;
  const shown = line.slice(lastState(line));
  let coloured = false;
  let text = '';
  let from = 0;
  for (const match of shown.matchAll(SEQUENCE)) {
    text += clean(shown.slice(from, match.index));
    from = match.index + match[0].length;
    if (colours && COLOUR.test(match[0])) {
      text += match[0];
      coloured = true;
    }
  }
  text += clean(shown.slice(from));
  return coloured ? `${text}\x1b[0m` : text;
}

/** Each line of a text by itself: for much output, of which nearly nothing is suspect. */
export function neutralLines(text: string, colours = false): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .split('\n')
    .map((line) => neutral(line, colours))
    .join('\n');
}

function lastState(line: string): number {
  const end = line.replace(/\r+$/, '').length;
  return line.lastIndexOf('\r', end - 1) + 1;
}

function clean(text: string): string {
  return text.replace(CONTROL, '').replace(DIRECTION, '');
}
