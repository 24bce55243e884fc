import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadText } from '../loading.ts';

// Places where no value can be made safe, and lists where one word is wanted.

const H = '${{ params.v }}';
const L = '${{ params.l }}';

const REFUSED: readonly (readonly [text: string, shell?: 'sh' | 'bash'])[] = [
  [`echo '${H}'`],
  [`echo "a'b" '${H}'`],
  [`echo $'${H}'`],
  [`: $'a\\'b' ${H}`],
  [`echo \`echo ${H}\``],
  [`echo "\`echo ${H}\`"`],
  [`echo $((${H} + 1))`],
  [`echo "$((1 + ${H}))"`],
  [`(( x = ${H} ))`, 'bash'],
  [`: $[ ${H} ]`],
  [`# ${H}`],
  [`true # ${H}`],
  [`cat <<'EOF'\n${H}\nEOF`],
  [`cat <<"EOF"\n${H}\nEOF`],
  [`cat <<\\EOF\n${H}\nEOF`],
  [`cat <<${H}\nx\n`],
  [`cat <<EOF\n\\${H}\nEOF`],
  [`cat <<EOF\nno end ${H}`],
  [`cat <<EOF\na\\\nEOF\n${H}\nEOF`],
  [`cat <<EOF\n$(cat <<X\nX\n)${H}\nEOF`],
  [`echo \\${H}`],
  [`echo "\\${H}"`],
  [`echo $${H}`],
  [`echo "$${H}"`],
  [`echo \${${H}}`],
  [`echo \${x${H}}`],
  [`echo \${!x${H}}`, 'bash'],
  [`echo \${x:${H}:1}`, 'bash'],
  [`echo \${x/${H}/y}`, 'bash'],
  [`echo \${x^${H}}`, 'bash'],
  [`echo \${x[${H}]}`, 'bash'],
  [`echo "\${x:-"${H}"}"`],
  [`echo "\${x:-'${H}'}"`],
  [`cat <<EOF\n\${x#${H}}\nEOF`],
  [`a[${H}]=1`, 'bash'],
  [`[[ ${H} -eq 1 ]]`, 'bash'],
  [`[[ 1 -lt ${H} ]]`, 'bash'],
  [`[[ -v ${H} ]]`, 'bash'],
  [`declare -i n=1; n=${H}`, 'bash'],
  [`declare ${H}=1`, 'bash'],
  [`export ${H}`],
  [`unset ${H}`],
  [`read ${H} < /dev/null`],
  [`printf -v ${H} x`, 'bash'],
  [`let ${H}`, 'bash'],
  [`eval ${H}`],
  [`eval "echo ${H}"`],
  [`x=1 eval "echo ${H}"`],
  [`if true; then eval "echo ${H}"; fi`],
  [`f() { eval "echo ${H}"; }`],
  [`function f { eval ${H}; }`, 'bash'],
  [`>f eval ${H}`],
  [`command eval ${H}`],
  [`trap "rm ${H}" EXIT`],
  [`alias x=${H}`],
  [`sh -c "echo ${H}"`],
  [`/bin/sh -c "echo ${H}"`],
  [`bash -lc ${H}`],
  [`sudo -u me bash -c "echo ${H}"`],
  [`timeout 5 sh -c "echo ${H}"`],
  [`find . -exec sh -c "echo ${H}" ';'`],
  [`su -c "echo ${H}"`],
  [`ssh host "ls ${H}"`],
  [`python3 -c "print('${H}')"`],
  [`perl -e "print ${H}"`],
  [`sh <<EOF\necho ${H}\nEOF`],
  [`ssh host <<EOF\nls ${H}\nEOF`],
  [`cat <<EOF | sh\necho ${H}\nEOF`],
  [`echo ${H} | sh`],
  [`echo "ls ${H}" | sudo bash`],
  [`bash <<< ${H}`, 'bash'],
  [`bash <<< "ls ${H}"`, 'bash'],
  [`cat <<< ${H}`, 'sh'],
  [`echo x >& ${H}`],
  [`echo x >&"${H}"`, 'bash'],
  [`cat <&${H}`],
  [`x=$(case y in y) echo;; esac; echo ${H})`],
  [`echo "$${L}"`],
  [`put "${L}"`],
  [`put a${L}`],
  [`put ${L}b`],
  [`x=${L}`],
  [`put > ${L}`],
  [`put \${x:-${L}}`],
  [`put "$(echo "${L}")"`],
  [`[[ ${L} == x ]]`, 'bash'],
  [`cat <<EOF\n${L}\nEOF`],
];

for (const [text, shell = 'sh'] of REFUSED) {
  test(`${shell}: refused: ${JSON.stringify(text)}`, async () => {
    const run = text.replace(/^/gm, '      ');
    const { value, diagnostics } = await loadText(
      `version: 1\nparams: { v: x, l: [a, b] }\nsteps:\n  s:\n    shell: ${shell}\n    run: |\n${run}\n`,
    );
    assert.is(value, undefined);
    const codes = new Set(diagnostics.map(({ code }) => code));
    assert.equal([...codes], ['unsafe-expression'], JSON.stringify(diagnostics));
    assert.match(diagnostics[0]?.hint ?? '', /env:/);
    assert.ok((diagnostics[0]?.span?.start.line ?? 0) > 5);
  });
}

test('a list is as many words as it has items', async () => {
  const { value } = await loadText(
    "version: 1\nparams: { l: [a, 'b c', ''] }\nsteps:\n  s: { run: 'put ${{ params.l }} x; for i in ${{ params.l }}; do :; done' }\n",
  );
  const script = value?.project.steps.get('s')?.script;
  assert.equal(script, {
    shell: 'sh',
    text: 'put "${__sbx_1}" "${__sbx_2}" "${__sbx_3}" x; for i in "${__sbx_1}" "${__sbx_2}" "${__sbx_3}"; do :; done',
    variables: [
      { name: '__sbx_1', value: 'a', of: 'params.l[0]' },
      { name: '__sbx_2', value: 'b c', of: 'params.l[1]' },
      { name: '__sbx_3', value: '', of: 'params.l[2]' },
    ],
    source: 'put ${{ params.l }} x; for i in ${{ params.l }}; do :; done',
  });
});

test('each expression has a variable of its own, so that equal values can come apart', async () => {
  const { value } = await loadText(
    "version: 1\nparams: { a: x, b: x }\nsteps:\n  s: { run: 'put ${{ params.a }} ${{ params.b }} ${{ params.a }}' }\n",
  );
  const script = value?.project.steps.get('s')?.script;
  assert.is(script?.shell === 'sh' && script.text, 'put "${__sbx_1}" "${__sbx_2}" "${__sbx_1}"');
});

for (const [text, expected] of [
  ['make', 'make "${__sbx_1}" "${__sbx_2}"'],
  ['make |\n  cat', undefined],
  ['make; ', undefined],
  ['if x; then y; fi', undefined],
  ['make # all', undefined],
  ['cat <<E\nx\nE', undefined],
  ['a\nb -c\n', 'a\nb -c "${__sbx_1}" "${__sbx_2}"'],
  ['eval x', undefined],
  ["echo 'a", undefined],
] as const) {
  test(`words behind -- and ${JSON.stringify(text)}`, async () => {
    const file = `version: 1\nsteps:\n  s:\n    run: ${JSON.stringify(text)}\n  t: { run: t }\n`;
    const { value, diagnostics } = await loadText(file, { args: ['-v', 'a b'], named: ['s'] });
    const script = value?.project.steps.get('s')?.script;
    if (text.includes('|')) assert.is(script?.shell, 'sh');
    else if (expected === undefined) assert.is(diagnostics[0]?.code, 'unsafe-expression');
    else assert.is(script?.shell === 'sh' && script.text, expected);
    const other = value?.project.steps.get('t')?.script;
    if (other) assert.is(other.shell === 'sh' && other.text, 't');
  });
}

test.run();
