import { createHash } from 'node:crypto';
import { neutral } from '../neutral.ts';

/** What `page.css` and `page.js` hold. */
export interface PageSources {
  readonly style: string;
  readonly script: string;
}

/**
 * One page that needs nothing else. Its policy lets the browser run this program and this style and nothing more: no other script, no request.
 * The data are JSON in which no sign can end the element that holds them; the program puts them on the page as text only.
 */
export function pageOf({ style, script }: PageSources, title: string, data: object): string {
  const policy = `default-src 'none'; script-src '${digest(script)}'; style-src '${digest(style)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(neutral(title))}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#steps">Skip to the steps</a>
<noscript><p>This page draws itself with JavaScript.</p></noscript>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** Of all that stands between the tags, to the byte. */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Neither an end tag, a comment nor a line separator of old JavaScript can be written. */
function embedded(data: object): string {
  const text = JSON.stringify(data, (_, value) => (typeof value === 'string' ? shown(value) : value));
  return text.replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function shown(text: string): string {
  return text
    .split('\n')
    .map((line) => neutral(line))
    .join('\n');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
