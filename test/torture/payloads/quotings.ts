/** A place in shell text where a value stands. `VALUE` is the expression; `show NAME WORD...` keeps how many words came, and the first. */
interface Quoting {
  readonly name: string;
  readonly shell: 'sh' | 'bash';
  readonly text: string;
  /** What must be kept. */
  readonly kept: (value: string) => string;
}

const same = (value: string): string => value;
const yes = (): string => 'yes';

export const QUOTINGS: readonly Quoting[] = [
  { name: 'bare', shell: 'sh', text: 'show bare VALUE', kept: same },
  { name: 'joined', shell: 'sh', text: 'show joined a${x}VALUE.b', kept: (value) => `a${value}.b` },
  { name: 'quoted', shell: 'sh', text: 'show quoted "[VALUE]"', kept: (value) => `[${value}]` },
  { name: 'assigned', shell: 'sh', text: 'v=VALUE\nshow assigned "$v"', kept: same },
  { name: 'exported', shell: 'sh', text: 'export V=VALUE\nsh -c \'printf %s "$V"\' > exported; printf 2 > exported.count', kept: same },
  { name: 'substituted', shell: 'sh', text: 'show substituted "$(printf %s "VALUE"; printf .)"', kept: (value) => `${value}.` },
  { name: 'bare in $()', shell: 'sh', text: 'show "bare in \\$()" "$(printf %s VALUE; printf .)"', kept: (value) => `${value}.` },
  { name: 'heredoc', shell: 'sh', text: 'cat > heredoc <<STOP\nVALUE\nSTOP\nprintf 2 > heredoc.count', kept: (value) => `${value}\n` },
  { name: 'in a case', shell: 'sh', text: 'case VALUE in "$GIVEN") show "in a case" yes ;; esac', kept: yes },
  { name: 'a pattern', shell: 'sh', text: 'case $GIVEN in VALUE) show "a pattern" yes ;; esac', kept: yes },
  { name: 'for', shell: 'sh', text: 'for w in VALUE; do show for "$w"; n=${n}i; done\n[ "$n" = i ]', kept: same },
  { name: 'default', shell: 'sh', text: 'show default "${NONE:-VALUE}"', kept: same },
  { name: 'test', shell: 'sh', text: 'if [ x"VALUE" = "x$GIVEN" ]; then show test yes; fi', kept: yes },
  { name: 'function', shell: 'sh', text: 'f() { show function "$@"; }\nf VALUE', kept: same },
  { name: 'pipe', shell: 'sh', text: 'printf %s VALUE | cat > pipe; printf 2 > pipe.count', kept: same },
  { name: 'env', shell: 'sh', text: 'printenv GIVEN > env; printf 2 > env.count', kept: (value) => `${value}\n` },
  { name: '[[ ]]', shell: 'bash', text: 'if [[ VALUE == "$GIVEN" ]]; then show "[[ ]]" yes; fi', kept: yes },
  { name: 'a pattern in [[ ]]', shell: 'bash', text: 'if [[ $GIVEN == VALUE ]]; then show "a pattern in [[ ]]" yes; fi', kept: yes },
  { name: 'here-string', shell: 'bash', text: 'cat > here-string <<< VALUE; printf 2 > here-string.count', kept: (value) => `${value}\n` },
  { name: 'local', shell: 'bash', text: 'f() { local v=VALUE; show local "$v"; }\nf', kept: same },
  { name: 'array', shell: 'bash', text: 'a=(VALUE)\nshow array "${a[@]}"', kept: same },
  { name: 'bare in bash', shell: 'bash', text: 'show "bare in bash" VALUE', kept: same },
];

/** Places where no value can stand: refused when the file is read. */
export const REFUSED: readonly string[] = [
  "echo 'VALUE'",
  'echo `echo VALUE`',
  'echo $((VALUE))',
  '((x = VALUE))',
  'echo \\VALUE',
  'echo $VALUE',
  '# VALUE',
  "cat <<'E'\nVALUE\nE",
  'sh <<E\nVALUE\nE',
  'eval VALUE',
  'sh -c VALUE',
  'python3 -c "VALUE"',
  'a[VALUE]=1',
  'echo VALUE | sh',
  "echo $'VALUE'",
];
