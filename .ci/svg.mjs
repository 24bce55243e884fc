// A terminal's screen, as `tmux capture-pane -e` gives it, as SVG: text and colours, nothing else. Pure.

const CELL = { width: 8.4, height: 19, font: 14 };
const PAD = 16;
const BACKGROUND = '#16181d';
const TEXT = '#d6d8dc';
const COLOURS = ['#5c6370', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', TEXT];
const PROMPT = /^\$ /;

/** `columns` is the width of the terminal; lines that are wider are an error of the caller. `title` is what readers of the page hear. */
export function svgOf(screen, columns, title) {
  const lines = screen.replace(/\s+$/, '').split('\n');
  const width = Math.ceil(columns * CELL.width + 2 * PAD);
  const height = lines.length * CELL.height + 2 * PAD;
  const texts = lines.flatMap((line, row) => runsOf(line).map((run) => textOf(run, row)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${CELL.font}" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

/** Stretches of one look: `{ text, column, colour, bold, dim }`. What is typed at a prompt is bold. */
export function runsOf(line) {
  const runs = [];
  let look = { colour: undefined, bold: false, dim: false };
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is read
  for (const [, codes, text] of line.matchAll(/(?:\x1b\[([0-9;]*)m)?([^\x1b]*)/g)) {
    if (codes !== undefined) look = changed(look, codes);
    if (text === '') continue;
    if (text.trim() !== '') runs.push({ text, column, ...look, bold: look.bold || PROMPT.test(line) });
    column += [...text].length;
  }
  return runs;
}

function changed(look, codes) {
  let next = look;
  for (const code of (codes || '0').split(';').map(Number)) {
    if (code === 0) next = { colour: undefined, bold: false, dim: false };
    else if (code === 1) next = { ...next, bold: true };
    else if (code === 2) next = { ...next, dim: true };
    else if (code === 22) next = { ...next, bold: false, dim: false };
    else if (code >= 30 && code <= 37) next = { ...next, colour: code - 30 };
    else if (code >= 90 && code <= 97) next = { ...next, colour: code - 90 };
    else if (code === 39) next = { ...next, colour: undefined };
  }
  return next;
}

/** Its length is given, so that columns stay columns in any font. */
function textOf({ text, column, colour, bold, dim }, row) {
  const indent = text.length - text.trimStart().length;
  const shown = text.trim();
  const x = (PAD + (column + indent) * CELL.width).toFixed(1);
  const y = PAD + (row + 0.75) * CELL.height;
  const length = ([...shown].length * CELL.width).toFixed(1);
  const fill = colour === undefined ? TEXT : COLOURS[colour];
  const looks = `${bold ? ' font-weight="bold"' : ''}${dim ? ' opacity="0.6"' : ''}`;
  return `<text x="${x}" y="${y}" textLength="${length}" fill="${fill}"${looks}>${escaped(shown)}</text>`;
}

function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[character]);
}
