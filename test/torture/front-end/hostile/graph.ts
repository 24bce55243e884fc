import { hostile, lines, START, words } from './case.ts';

// Thousands of steps, circles, outputs that meet, globs that take long.

const MANY = 5000;
const each = (line: (n: number) => string): string => `${START}${lines(MANY, line)}\n`;
const two = (a: string, b: string): string => `${START}  a: { run: x, outputs: ${a} }\n  b: { run: x, outputs: ${b} }\n`;
const BRACES = '{a,b}{c,d}{e,f}{g,h}{i,j}{k,l}{m,n}{o,p}';

export const GRAPH = hostile([
  ['5,000 steps side by side', 'fine', () => each((n) => `  s${n}: { run: x }`)],
  ['5,000 steps one after another', 'fine', () => each((n) => `  s${n}: { run: x${n > 0 ? `, needs: s${n - 1}` : ''} }`)],
  [
    'a step that needs 5,000',
    'fine',
    () => `${START}  all: { run: x, needs: [${words(MANY, (n) => `s${n},`)}] }\n${lines(MANY, (n) => `  s${n}: { run: x }`)}\n`,
  ],
  ['5,000 steps that need one', 'fine', () => each((n) => `  s${n}: { run: x${n > 0 ? ', needs: s0' : ''} }`)],
  ['a circle of 5,000', 'cycle@3', () => each((n) => `  s${n}: { run: x, needs: s${(n + 1) % MANY} }`)],
  ['a circle of one', 'cycle@3', `${START}  a: { run: x, needs: a }\n`],
  ['a circle of two and its path', 'cycle@3', `${START}  a: { run: x, needs: b }\n  b: { run: x, needs: a }\n`],
  ['a circle over an order', 'cycle@3', `${START}  a: { run: x, needs: b }\n  b: { run: x, after: a }\n`],
  ['2,500 circles', 'cycle@3 cycle@5 cycle@7 cycle@9 cycle@11', () => each((n) => `  s${n}: { run: x, needs: s${n ^ 1} }`)],
  [
    '5,000 needs that nobody has',
    'unknown-step@3 unknown-step@4 unknown-step@5 unknown-step@6 unknown-step@7',
    () => each((n) => `  s${n}: { run: x, needs: zz${n}zz }`),
  ],
  [
    '5,000 needs that are nearly there',
    'unknown-step@3 unknown-step@4 unknown-step@5 unknown-step@6 unknown-step@7',
    () => each((n) => `  some-long-name-of-a-step-${n}: { run: x, needs: some-long-nme-of-a-step-${n} }`),
  ],
  [
    '5,000 keys that are nearly right',
    'unknown-key@3 unknown-key@4 unknown-key@5 unknown-key@6 unknown-key@7',
    () => each((n) => `  s${n}: { runn: x }`),
  ],
  [
    '5,000 steps of one output',
    'overlapping-outputs@4 overlapping-outputs@5 overlapping-outputs@5 overlapping-outputs@6 overlapping-outputs@6',
    () => each((n) => `  s${n}: { run: x, outputs: out }`),
  ],
  ['5,000 outputs that begin with a wildcard', 'overlapping-outputs@2831', () => each((n) => `  s${n}: { run: x, outputs: "*.o${n}" }`)],
  ['5,000 outputs of their own', 'fine', () => each((n) => `  s${n}: { run: x, outputs: out/${n} }`)],
  ['an output within another', 'overlapping-outputs@4', two('dist', 'dist/a/b')],
  ['outputs that a wildcard joins', 'overlapping-outputs@4', two('"dist/*.js"', '"dist/a*"')],
  ['outputs that braces join', 'overlapping-outputs@4', two('"{a,b}/x"', '"{b,c}/x"')],
  ['an output that is the Sandboxfile', 'overlapping-outputs@3', `${START}  a: { run: x, outputs: "**" }\n`],
  ['an output above the project', 'bad-glob@3 bad-glob@4', two('../x', '/etc/passwd')],
  ['stars without end', 'overlapping-outputs@4', () => two(`"${'*a'.repeat(2000)}*"`, `"${'*a'.repeat(2000)}b*"`)],
  ['folders without end', 'overlapping-outputs@4', () => two(`"${'**/a/'.repeat(2000)}x"`, `"${'**/b/'.repeat(2000)}x"`)],
  ['too many alternatives', 'bad-glob@3', two(`"${'{a,b,c}'.repeat(9)}"`, 'x')],
  ['5,000 globs of 256 alternatives', 'file-too-large@100', () => each((n) => `  s${n}: { run: x, outputs: "${BRACES}${n}" }`)],
  [
    'a list of 10,000 globs of 256 alternatives',
    'file-too-large@3',
    () => `${START}  a: { run: x, inputs: [${`"${BRACES}*",`.repeat(10_000)}] }\n`,
  ],
  ['braces 10,000 deep', 'file-too-large@3', () => `${START}  a: { run: x, inputs: "${'{a,'.repeat(10_000)}${'}'.repeat(10_000)}" }\n`],
  ['a glob of a quarter MiB', 'fine', () => `${START}  a: { run: x, inputs: "${'*?'.repeat(1 << 17)}" }\n`],
  ['a class that is not closed', 'bad-glob@3', `${START}  a: { run: x, inputs: "[a" }\n`],
  [
    '10,000 that are given and taken away',
    'overlapping-outputs@4',
    () => two(`[${words(5000, (n) => `a/${n}, "!a",`)}]`, `[${words(5000, (n) => `a/${n}, "!a",`)}]`),
  ],
  ['5,000 outputs behind a wildcard', 'fine', () => each((n) => `  s${n}: { run: x, outputs: "build/*/pkg-${n}.tar" }`)],
  [
    '300 variables for 1,000 steps',
    'fine',
    () => `version: 1\nenv:\n${lines(300, (n) => `  K${n}: x`)}\nsteps:\n${lines(1000, (n) => `  s${n}: { run: x, env: { A: b } }`)}\n`,
  ],
  [
    '4,000 variables for 4,000 steps',
    'file-too-large@4135',
    () => `version: 1\nenv:\n${lines(4000, (n) => `  K${n}: x`)}\nsteps:\n${lines(4000, (n) => `  s${n}: { run: x, env: { A: b } }`)}\n`,
  ],
]);
