import { hostile, lines, START } from './case.ts';

// Expressions that grow, and text of `run` in which a value would be a program.

const run = (text: string): string => `${START}  a:\n    run: |\n${text.replace(/^/gm, '      ')}\n`;
const when = (text: string): string => `${START}  a: { run: x, if: "${text}" }\n`;
const long = (count: number): string => `params: { a: ${'a'.repeat(count)} }\n`;

export const EXPRESSIONS = hostile([
  [
    'a text replaced by itself',
    'file-too-large@3',
    () =>
      `version: 1\n${long(300_000)}steps: { a: { run: x, env: { X: "\${{ replace(replace(params.a,'a',params.a),'a',params.a) }}" } } }\n`,
  ],
  [
    'a list joined by a long text',
    'file-too-large@3',
    () =>
      `version: 1\n${long(300_000)}steps: { a: { run: x, env: { X: "\${{ join(split(replace(params.a, 'a', 'a,'), ','), params.a) }}" } } }\n`,
  ],
  [
    'a long text 900 times in one',
    'file-too-large@3',
    () => `version: 1\n${long(900_000)}steps: { a: { run: x, env: { X: "${'${{params.a}}'.repeat(900)}" } } }\n`,
  ],
  [
    'a long text in 8,000 variables',
    'file-too-large@48',
    () => `version: 1\n${long(400_000)}steps:\n  a:\n    run: x\n    env:\n${lines(8000, (n) => `      V${n}: "x\${{ params.a }}"`)}\n`,
  ],
  [
    'a variable that doubles, twenty times',
    'fine',
    () => `version: 1\nenv: { A: "${'a'.repeat(1000)}" }\nsteps: { a: { run: x, env: { B: "${'${{ env.A }}'.repeat(1000)}" } } }\n`,
  ],
  ['1,001 expressions in a text', 'expression-syntax@3', () => `${START}  a: { run: x, env: { A: "${'${{ os }}'.repeat(1001)}" } }\n`],
  ['80,000 expressions', 'expression-syntax@3', () => `${START}  a: { run: "${'${{ x }} '.repeat(80_000)}" }\n`],
  [
    '6,000 names that are nearly there',
    'expression-name@6004 expression-name@6005 expression-name@6006 expression-name@6007 expression-name@6008',
    () =>
      `version: 1\nparams:\n${lines(6000, (n) => `  some-name-${n}: 1`)}\nsteps:\n${lines(6000, (n) => `  s${n}: { run: "x \${{ params.som-name-${n} }}" }`)}\n`,
  ],
  [
    '12,000 values and who asks for each',
    'fine',
    () =>
      `${START}  a:\n    run: x\n    values:\n${lines(12_000, (n) => `      v${n}: text`)}\n  b:\n    needs: a\n    run: x\n    env:\n${lines(12_000, (n) => `      V${n}: "\${{ steps.a.outputs.v${n} }}"`)}\n`,
  ],
  [
    '3,000 outputs of steps that are nearly there',
    'unknown-output@3004 unknown-output@3005 unknown-output@3006 unknown-output@3007 unknown-output@3008',
    () =>
      `${START}${lines(3000, (n) => `  some-step-${n}: { run: x }`)}\n  x: { run: x, values: { v: text } }\n${lines(3000, (n) => `  s${n}: { needs: x, run: "x \${{ steps.som-step-${n}.outputs.v }}" }`)}\n`,
  ],
  [
    'outputs of 1,024 cells in 1,024 others',
    'fine',
    () => {
      const matrix = `matrix: { n: [${lines(1024, (n) => `${n},`).replaceAll('\n', ' ')}] }`;
      return `${START}  a: { ${matrix}, run: x, values: { v: text } }\n  b: { ${matrix}, needs: a@same, run: "x \${{ steps.a.outputs.v }}" }\n`;
    },
  ],
  [
    '500 outputs in each of 1,024 cells',
    'file-too-large@5',
    () =>
      `${START}  a: { run: x, values: { v: text } }\n  b:\n    run: "${'${{ steps.a.outputs.v }}'.repeat(500)}"\n    needs: a\n    matrix: { n: [${lines(1024, (n) => `${n},`).replaceAll('\n', ' ')}] }\n`,
  ],
  ['an output of itself', 'cycle@3', `${START}  a: { needs: a, run: "x \${{ steps.a.outputs.files }}", outputs: x }\n`],
  [
    'an output that objects have',
    'unknown-output@4',
    `${START}  a: { run: x }\n  b: { needs: a, run: "x \${{ steps.a.outputs.constructor }}" }\n`,
  ],
  ['nots without end', 'expression-syntax@3', () => when(`${'!'.repeat(500_000)}true`)],
  ['parentheses without end', 'expression-syntax@3', () => when('('.repeat(500_000))],
  ['ors without end', 'expression-syntax@3', () => when(`${'true || '.repeat(100_000)}true`)],
  ['brackets without end', 'expression-syntax@3', () => when(`${'['.repeat(100)}${']'.repeat(100)}`)],
  ['a string that is not closed', 'expression-syntax@3', when("os == 'linux")],
  ['an expression that is not closed', 'expression-syntax@3', `${START}  a: { run: "x \${{ os" }\n`],
  ['an expression in an expression', 'expression-syntax@3', `${START}  a: { run: "x \${{ \${{ os }} }}" }\n`],
  ['an expression that is cut', 'cut-expression@3', `${START}  a: { run: x, inputs: [\${{ os }}] }\n`],
  ['5,000 expressions that are cut', 'cut-expression@3', () => `${START}  a: { run: x, inputs: [${'${{ os }},'.repeat(5000)}] }\n`],
  ['an empty expression', 'expression-syntax@5', run('echo ${{ }}')],
  ['a calculation', 'expression-syntax@5', run('echo ${{ cpus + 1 }}')],
  ['text and a number compared', 'expression-type@3', when("cpus == '4'")],
  ['a list in the middle of a word', 'unsafe-expression@5', run('echo a${{ args }}b')],
  ['a value in single quotes', 'unsafe-expression@5', run("echo '${{ os }}'")],
  ['a value in backquotes', 'unsafe-expression@5', run('echo `echo ${{ os }}`')],
  ['a value in arithmetic', 'unsafe-expression@5', run('echo $(( ${{ cpus }} + 1 ))')],
  ['a value behind a dollar', 'unsafe-expression@5', run('echo $${{ os }}')],
  ['a value behind a backslash', 'unsafe-expression@5', run('echo \\${{ os }}')],
  ['a value in a comment', 'unsafe-expression@5', run('# ${{ os }}\necho')],
  ['a value that eval would run', 'unsafe-expression@5', run('eval echo ${{ os }}')],
  ['a value as the program of sh', 'unsafe-expression@5', run('sh -c "echo ${{ os }}"')],
  ['a value in a heredoc that is quoted', 'unsafe-expression@6', run("cat <<'E'\n${{ os }}\nE")],
  ['a value in a heredoc for a shell', 'unsafe-expression@6', run('sh <<E\n${{ os }}\nE')],
  ['a value behind a heredoc that does not end', 'unsafe-expression@6', run('cat <<E\necho ${{ os }}')],
  ['20,000 heredocs on a line', 'fine', () => run(`\${{ os }}\n${'cat <<A; '.repeat(20_000)}`)],
  ['300,000 substitutions that are open', 'fine', () => run(`echo \${{ os }} ${'$('.repeat(300_000)}`)],
  ['a value as a subscript', 'unsafe-expression@5', run('a[${{ cpus }}]=1')],
  ['words as the name of a command', 'fine', `${START}  a: { run: ["\${{ args }}"], shell: argv }\n`],
]);
