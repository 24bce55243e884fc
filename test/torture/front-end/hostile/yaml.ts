import { hostile, lines, START, words } from './case.ts';

// What YAML can do that nobody wants here.

const nested = (open: string, close: string, deep: number): string => `version: 1\nx-a: ${open.repeat(deep)}${close.repeat(deep)}\n`;
const laughs = (levels: number): string =>
  lines(
    levels,
    (n) =>
      `x-${n}: &a${n} [${
        n === 0
          ? 'lol'
          : Array(10)
              .fill(`*a${n - 1}`)
              .join(', ')
      }]`,
  );

export const YAML = hostile([
  ['aliases that multiply by ten, nine times', 'yaml-alias@7', () => `version: 1\n${laughs(10)}\n`],
  [
    'an alias of a long text, 50,000 times',
    'yaml-alias@3',
    () => `version: 1\nx-a: &a ${'a'.repeat(400_000)}\nx-b: [${'*a,'.repeat(50_000)}]\n`,
  ],
  [
    'an alias of a long script, 5,000 times',
    'yaml-alias@34',
    () => `version: 1\nx-a: &a "echo $(( ${'( '.repeat(100_000)}"\nsteps:\n${lines(5000, (n) => `  s${n}: { run: *a }`)}\n`,
  ],
  ['an alias within itself', 'yaml-alias@3', `${START}  a: &a { run: x, env: *a }\n`],
  ['two that repeat each other', 'yaml-alias@2', 'version: 1\nx-a: &a [*b]\nx-b: &b [*a]\n'],
  ['an alias without an anchor', 'yaml-alias@3', `${START}  a: { run: x, inputs: [*.c] }\n`],
  ['an anchor twice', 'fine', `version: 1\nx-a: &a 1\nx-b: &a 2\nsteps: { a: { run: x, retry: *a } }\n`],
  ['an alias as a key', 'missing-key@3 wrong-type@3', `version: 1\nx-a: &a run\nsteps: { a: { *a : x } }\n`],
  ['merge keys', 'missing-key@3 unknown-key@3', `version: 1\nx-a: &a { run: x }\nsteps: { a: { <<: *a } }\n`],
  ['50,000 anchors', 'file-too-large@2', () => `version: 1\nx-a: [${words(50_000, (n) => `&a${n} 1,`)}]\n`],
  ['brackets 64 deep', 'fine', nested('[', ']', 63)],
  ['brackets 66 deep', 'file-too-deep@2', nested('[', ']', 66)],
  ['brackets 100,000 deep', 'file-too-deep@2', () => nested('[', ']', 100_000)],
  ['braces 100,000 deep', 'file-too-deep@2', () => nested('{a: ', '}', 100_000)],
  ['dashes 100,000 deep', 'file-too-deep@2', () => `x-a:\n  ${'- '.repeat(100_000)}\n`],
  ['indentation 1,000 deep', 'file-too-deep@128', () => lines(1000, (n) => `${' '.repeat(n)}a:`)],
  ['quotes within brackets within quotes', 'fine', `version: 1\nx-a: ["[\\"[", '[''[''']\n`],
  ['120,000 values', 'file-too-large@3', () => `${START}  a: { run: x, inputs: [${'a,'.repeat(120_000)}] }\n`],
  ['a directive', 'yaml-directive@1', '%YAML 1.1\n---\nversion: 1\n'],
  ['a directive of tags', 'yaml-directive@1', '%TAG ! tag:example.com,2000:\n---\nversion: 1\n'],
  [
    '100,000 directives',
    'yaml-directive@1 yaml-directive@2 yaml-directive@3 yaml-directive@4 yaml-directive@5',
    () => '%A\n'.repeat(100_000),
  ],
  ['a tag', 'yaml-tag@3', `${START}  a: { run: !!str x }\n`],
  ['a tag that makes a function', 'yaml-tag@3', `${START}  a: { run: !!js/function "function(){}" }\n`],
  ['a tag that runs a program', 'yaml-tag@3', `${START}  a: { run: !!python/object/apply:os.system ["touch CANARY"] }\n`],
  ['a binary', 'yaml-tag@3', `${START}  a: { run: !!binary dG91Y2g= }\n`],
  ['a second document', 'yaml-documents@4', `${START}  a: { run: x }\n---\nversion: 1\n`],
  ['50,000 documents', 'file-too-large@44445', () => 'version: 1\n---\n'.repeat(50_000)],
  ['an end of a document', 'fine', `${START}  a: { run: x }\n...\n`],
  ['text behind the end of a document', 'yaml-documents@5', `${START}  a: { run: x }\n...\nversion: 1\n`],
  ['a key twice', 'duplicate-key@3', `${START}  a: { run: x, run: y }\n`],
  ['a key twice, once quoted', 'duplicate-key@4', `${START}  a: { run: x }\n  "a": { run: y }\n`],
  ['a key twice, once by an escape', 'duplicate-key@4', `${START}  a: { run: x }\n  "\\x61": { run: y }\n`],
  ['a key twice, once explicit', 'duplicate-key@4', `${START}  a: { run: x }\n  ? a\n  : { run: y }\n`],
  ['a key twice in two forms of a number', 'duplicate-key@2', 'version: 1\nx-a: { 1: a, "1": b }\n'],
  ['two keys that one number is', 'fine', 'version: 1\nx-a: { 1: a, 1.0: b }\n'],
  [
    '25,000 keys that are one',
    'duplicate-key@3 duplicate-key@4 duplicate-key@5 duplicate-key@6 duplicate-key@7',
    () => `version: 1\n${'a: 1\n'.repeat(25_000)}`,
  ],
  ['25,000 keys', 'fine', () => `version: 1\n${lines(25_000, (n) => `x-${n}: 1`)}\n`],
  ['a list as a key', 'wrong-type@3', `${START}  ? [a, b]\n  : { run: x }\n`],
  ['a map as a key', 'wrong-type@3', `${START}  ? { a: b }\n  : { run: x }\n`],
  ['nothing as a key', 'bad-name@3', `${START}  : { run: x }\n`],
  ['a key without a value', 'wrong-type@3', `${START}  a:\n`],
  ['a colon forgotten', 'yaml-syntax@3', `${START}  a\n    run: x\n`],
  ['a quote that is not closed', 'yaml-syntax@3 yaml-syntax@5', `${START}  a: { run: "x }\n  b: { run: y }\n`],
  ['a block scalar with a hostile header', 'yaml-syntax@4 yaml-syntax@5 yaml-syntax@5', `${START}  a:\n    run: |99\n      x\n`],
  ['a block scalar that is less indented', 'yaml-syntax@5 yaml-syntax@5', `${START}  a:\n    run: |8\n      x\n`],
]);
