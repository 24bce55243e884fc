import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { shellQuote } from '../../../lib/base/quote.ts';
import { shellProgram } from '../../../lib/io/script.ts';
import type { Diagnostic } from '../../../lib/model/diagnostic.ts';
import type { Script } from '../../../lib/model/script.ts';
import { withFolder } from '../../rig/folder.ts';
import { loadText, shown } from '../loading.ts';
import { PAYLOADS } from './payloads.ts';

// Each context puts the value of a parameter into a text that writes it to the file `out` by `put`, or to a file of its own.

interface Context {
  readonly name: string;
  readonly text: string;
  readonly shells?: readonly ('sh' | 'bash')[];
  /** What `out` must hold; the value itself if nothing is said. */
  readonly expected?: (value: string) => string;
  /** Shells match patterns in quadratic time. */
  readonly short?: true;
}

const H = '${{ params.v }}';
const PUT = 'put() { [ $# -eq 1 ] || exit 90; printf %s "$1" >> out; }\n';

const CONTEXTS: readonly Context[] = [
  { name: 'unquoted word', text: `put ${H}` },
  { name: 'start of a word', text: `put ${H}/x`, expected: (v) => `${v}/x` },
  { name: 'middle of a word', text: `put a${H}b`, expected: (v) => `a${v}b` },
  { name: 'twice in a word', text: `put ${H}${H}`, expected: (v) => v + v },
  { name: 'double quotes', text: `put "<${H}>"`, expected: (v) => `<${v}>` },
  { name: 'beside quotes', text: `put 'a b'${H}"c d"`, expected: (v) => `a b${v}c d` },
  { name: 'assignment', text: `x=${H}\nput "$x"` },
  { name: 'assignment before a command', text: `x=${H} sh -c 'printf %s "$x" >> out'` },
  { name: 'export', text: `export X=${H}\nsh -c 'printf %s "$X" >> out'` },
  { name: 'argument of an inner shell', text: `sh -c 'printf %s "$1" >> out' sh ${H}` },
  { name: 'command substitution', text: `x=$(printf '%s.' ${H})\nput "\${x%.}"` },
  { name: 'command substitution in quotes', text: `put "$(printf '%s' "<${H}>")"`, expected: (v) => `<${v}>` },
  { name: 'quotes in command substitution', text: `x="$(printf '%s.' "${H}")"\nput "\${x%.}"` },
  { name: 'two levels of substitution', text: `x=$(printf '%s.' "$(printf '%s.' ${H})")\nx=\${x%.}\nput "\${x%.}"` },
  { name: 'unset default', text: `put "\${none:-${H}}"` },
  { name: 'unset default, unquoted', text: `put \${none:-${H}}` },
  { name: 'unset default in quotes in it', text: `put \${none:-"<${H}>"}`, expected: (v) => `<${v}>` },
  { name: 'alternative', text: `y=1\nput "\${y:+${H}}"` },
  { name: 'assigning default', text: `: "\${x:=${H}}"\nput "$x"` },
  { name: 'prefix pattern', text: `x=${H}tail\nput "\${x#${H}}"`, expected: () => 'tail', short: true },
  { name: 'suffix pattern', text: `x=head${H}\nput "\${x%${H}}"`, expected: () => 'head', short: true },
  { name: 'nested default', text: `put "\${a:-\${b:-${H}}}"` },
  { name: 'heredoc', text: `cat > out <<EOF\n<${H}>\nEOF`, expected: (v) => `<${v}>\n` },
  { name: 'heredoc with tabs', text: `cat > out <<-EOF\n\t<${H}>\n\tEOF`, expected: (v) => `<${v}>\n` },
  { name: 'two heredocs', text: `cat <<A - > out <<B\n1\nA\n<${H}>\nB`, expected: (v) => `<${v}>\n` },
  { name: 'substitution in a heredoc', text: `cat > out <<EOF\n$(printf '<%s>' ${H})\nEOF`, expected: (v) => `<${v}>\n` },
  { name: 'behind a heredoc', text: `cat > /dev/null <<'EOF'\n"' $( \`\nEOF\nput ${H}` },
  { name: 'case word', text: `case ${H} in\n"$W") put "$W";;\n*) exit 91;;\nesac` },
  { name: 'case pattern', text: `case "$W" in\n${H}) put "$W";;\n*) exit 91;;\nesac` },
  { name: 'for words', text: `for x in ${H}; do put "$x"; done` },
  { name: 'test', text: `if [ ${H} = "$W" ]; then put "$W"; fi` },
  { name: 'function argument', text: `f() { put "$1"; }\nf ${H}` },
  { name: 'subshell', text: `( put ${H} )` },
  { name: 'group', text: `{ put ${H}; }` },
  { name: 'behind a comment', text: `# it's "odd\nput ${H} # and 'so on` },
  { name: 'behind quotes of all kinds', text: `: 'a"b' "c'd" \\" \\' \`echo "x"\` $(echo ')') "\${x:-y}"\nput ${H}` },
  { name: 'behind a dollar at the end', text: `: a$ $$ $# $?\nput ${H}` },
  { name: 'continuation', text: `put \\\n${H}` },
  { name: 'pipe', text: `printf %s ${H} | cat > out` },
  { name: 'and or', text: `false || put ${H}` },
  { name: 'set positional', text: `set -- ${H}\nput "$1"` },
  { name: 'behind arithmetic', text: `: $(( (1 + 2) * 3 ))\nput ${H}` },
  { name: 'negated', text: `! put ${H} || true\n` },
  { name: 'here-string', text: `cat <<< ${H} > out`, shells: ['bash'], expected: (v) => `${v}\n` },
  { name: 'process substitution', text: `cat <(printf %s ${H}) > out`, shells: ['bash'] },
  { name: 'array', text: `a=( ${H} )\n[ "\${#a[@]}" = 1 ]\nput "\${a[0]}"`, shells: ['bash'] },
  { name: '[[ ]]', text: `if [[ ${H} == "$W" ]]; then put "$W"; fi`, shells: ['bash'] },
  { name: '[[ ]] pattern', text: `if [[ "$W" == ${H} && -n x ]]; then put "$W"; fi`, shells: ['bash'] },
  { name: 'locale quotes', text: `put $"<${H}>"`, shells: ['bash'], expected: (v) => `<${v}>` },
];

for (const context of CONTEXTS) {
  for (const shell of context.shells ?? ['sh', 'bash']) {
    test(`${shell}: ${context.name}: every value stays one word`, () => withFolder((folder) => checkContext(context, shell, folder)));
  }
}

/** All values in one shell, each in a subshell and a folder of its own. */
async function checkContext({ text, short, expected = (v) => v }: Context, shell: 'sh' | 'bash', folder: string): Promise<void> {
  const canary = join(folder, 'CANARY');
  const values = PAYLOADS.filter((payload) => !short || payload.length < 1000).map((payload) => payload.replaceAll('CANARY', canary));
  const scripts = await scriptsOf(PUT + text, shell, values);
  const parts = scripts.map((script, i) => {
    const here = join(folder, String(i));
    mkdirSync(here);
    return `(\ncd ${here}; W=${shellQuote(values[i] ?? '')}\n${shellProgram(script)})\necho $? > ${here}/exit\n`;
  });
  writeFileSync(join(folder, 'program'), parts.join(''));
  const ended = spawnSync(shell, ['program'], { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' } });
  assert.not(existsSync(canary), `the canary sang: ${ended.stderr}`);
  for (const [i, value] of values.entries()) {
    const said = JSON.stringify(value.slice(0, 60));
    const read = (name: string): string =>
      existsSync(join(folder, String(i), name)) ? readFileSync(join(folder, String(i), name), 'utf8') : '';
    assert.is(read('exit'), '0\n', `exit of ${said}: ${ended.stderr}`);
    assert.is(read('out').slice(0, 300), expected(value).slice(0, 300), `value ${said}`);
    assert.is(read('out').length, expected(value).length);
  }
}

/** A step for each value, loaded together. */
async function scriptsOf(text: string, shell: 'sh' | 'bash', values: readonly string[]): Promise<readonly Script[]> {
  const indent = text.replace(/^/gm, '      ');
  const params = values.map((_, i) => `  v${i}: { type: string }\n`).join('');
  const steps = values
    .map((_, i) => `  s${i}:\n    shell: ${shell}\n    run: |\n${indent.replaceAll('params.v', `params.v${i}`)}\n`)
    .join('');
  const file = `version: 1\nparams:\n${params}steps:\n${steps}`;
  const { value, diagnostics } = await loadText(file, { set: values.map((one, i) => [`v${i}`, one]) });
  if (value === undefined) throw new Error(shown(diagnostics[0] as Diagnostic));
  return [...value.project.steps.values()].map(({ script }) => script as Script);
}

test.run();
