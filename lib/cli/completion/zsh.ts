import { type Command, flagsOf } from '../command.ts';
import { FLAG, type Flag } from '../flags.ts';
import { type Operands, operandsOf, SHOWN, spellings, valueOfFlag } from './names.ts';

/** For zsh 5: put it as `_sbx` into a folder of $fpath, or source it after compinit. */
export function zshScript(): string {
  return `#compdef sbx
# zsh completion of sbx. Load it with: source <(sbx completion zsh)
# The last argument says what to ask for; those before it are for compadd.
_sbx_ask() {
  local -a names open
  local ret=1
  names=(\${(f)"$($program_sbx $where_sbx __complete \${@[-1]} "\${(Q)PREFIX}" 2>/dev/null)"})
  open=(\${(M)names:#*=})
  names=(\${names:#*=})
  compadd "\${@[1,-2]}" -S '' -a open && ret=0
  compadd "\${@[1,-2]}" -a names && ret=0
  return ret
}
_sbx() {
  local curcontext="$curcontext" state line ret=1
  local program_sbx=$words[1]
  local -a where_sbx
  local -A opt_args
  local -a commands
  commands=(
${SHOWN.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C \\
${['directory', 'file', 'help', 'version'].flatMap((name) => specsOf(FLAG.get(name) as Flag)).join(' \\\n')} \\
    '1: :->command' \\
    '*:: :->operands' && ret=0
  local given
  for given in -C --directory -f --file; do
    [[ -n $opt_args[$given] ]] && where_sbx+=($given "$opt_args[$given]")
  done
  case $state in
    command) _describe -t commands 'command of sbx' commands && ret=0 ;;
    operands)
      case $line[1] in
${SHOWN.map(commandCase).join('\n')}
      esac
      ;;
  esac
  return ret
}
if [[ $funcstack[1] == _sbx ]]; then _sbx "$@"; else compdef _sbx sbx; fi
`;
}

function commandCase(command: Command): string {
  const { first, others } = operandsOf(command);
  const action = (operands: Operands): string =>
    operands === 'file' ? '_files' : 'ask' in operands ? `_sbx_ask ${operands.ask}` : `(${operands.words.join(' ')})`;
  const specs = flagsOf(command).flatMap((flag) => specsOf(flag, command));
  const name = command.names === 'sandbox' ? 'sandbox' : 'name';
  if (first) specs.push(`    ${quoted(`${command.most > 1 && !others ? '*' : '1'}:${name}:${action(first)}`)}`);
  if (others) specs.push(`    ${quoted(`*:${name}:${action(others)}`)}`);
  return [
    `        ${command.name})`,
    `          _arguments ${command.rest ? '-S ' : ''}\\`,
    `${specs.join(' \\\n')} && ret=0`,
    '          ;;',
  ].join('\n');
}

function specsOf(flag: Flag, command?: Command): string[] {
  const value = valueOfFlag(flag, command);
  const others = flag.many ? '*' : `(${spellings(flag).join(' ')})`;
  // `::` and `=-`: the value is optional and joined by `=`.
  const bare = flag.bare !== undefined;
  const argument = value === undefined ? '' : `${bare ? '::' : ':'}${escaped(flag.value ?? '')}:${actionOf(value)}`;
  return spellings(flag).map((spelling) => {
    const joint = value === undefined ? '' : spelling.startsWith('--') ? (bare ? '=-' : '=') : '+';
    return `    ${quoted(`${others}${spelling}${joint}[${escaped(flag.summary)}]${argument}`)}`;
  });
}

function actionOf(value: Exclude<ReturnType<typeof valueOfFlag>, undefined>): string {
  if (value === 'none') return '';
  if (value === 'folder') return '_files -/';
  if (value === 'file') return '_files';
  return 'ask' in value ? `_sbx_ask ${value.ask}` : `(${value.words.join(' ')})`;
}

function escaped(text: string): string {
  return text.replace(/[[\]:]/g, '\\$&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
