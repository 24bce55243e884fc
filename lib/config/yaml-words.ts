/** What is said of a fault of YAML. */
interface YamlWords {
  readonly message: string;
  readonly hint?: string;
}

/** Words of ours for the faults that people make; for others those of the library, which are written for those who know YAML. */
export function yamlWords(code: string, message: string): YamlWords {
  if (message.startsWith('Missing closing '))
    return { message: `the quoted text is not closed: ${message.includes('"') ? '"' : "'"} is missing` };
  const unclosed = /^Flow (?:map|sequence) in block collection .* end with a (.)$/.exec(message)?.[1];
  if (unclosed !== undefined)
    return {
      message: `a ${unclosed === ']' ? '[' : '{'} before this is not closed`,
      hint: `Write ${unclosed} at its end; its lines are indented more than its key.`,
    };
  if (message.startsWith('Implicit map keys')) return NO_COLON;
  return WORDS.get(code) ?? { message: message.charAt(0).toLowerCase() + message.slice(1) };
}

const INDENT = 'Keys of one map stand below each other, in the same column.';

const NO_COLON: YamlWords = {
  message: 'a `:` is missing, or this belongs to the value above',
  hint: `A key is \`name:\`, on one line. ${INDENT}`,
};

const WORDS: ReadonlyMap<string, YamlWords> = new Map([
  ['TAB_AS_INDENT', { message: 'a tab cannot indent', hint: 'Indent with blanks.' }],
  ['BLOCK_AS_IMPLICIT_KEY', { message: 'a key stands within a value', hint: `A value that holds \`: \` must be quoted. ${INDENT}` }],
  ['BAD_INDENT', { message: 'this is indented otherwise than what it belongs to', hint: INDENT }],
  ['MULTILINE_IMPLICIT_KEY', NO_COLON],
  ['BAD_SCALAR_START', { message: 'a value cannot start with this character', hint: 'Quote the value.' }],
  ['BAD_ALIAS', { message: '`*` begins an alias of YAML, and none is named', hint: 'Quote the value if it is a text or a glob.' }],
  ['BAD_DQ_ESCAPE', { message: 'there is no such escape', hint: 'In double quotes a backslash escapes: write two, or use single quotes.' }],
]);
