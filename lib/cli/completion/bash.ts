import { type Command, flagsOf } from '../command.ts';
import { FLAGS, type Flag } from '../flags.ts';
import { type Operands, operandsOf, SHOWN, spellings, takesNext, valueOfFlag } from './names.ts';

/**
 * For bash 3.2 and later, without the bash-completion package. Names are compared, never given to `compgen -W`, which would expand `$(...)` in them.
 * `=`, `:` and `@` break words in bash: the word is taken from the line itself, and of the answers what stands before the part that bash replaces is cut off. That part is `$2`: it has an `@` that `COMP_WORDS` breaks off.
 */
export function bashScript(): string {
  const all: readonly Flag[] = FLAGS;
  return `# bash completion of sbx. Load it with: source <(sbx completion bash)
_sbx() {
  local line="\${COMP_LINE:0:COMP_POINT}" word before command="" first="" flag="" names="" name i skip=""
  local -a where=() words
  word="\${line##*[[:space:]]}"
  read -ra words <<<"\${line%"$word"}"
  for ((i = 1; i < COMP_CWORD; i++)); do
    before="\${COMP_WORDS[i]}"
    if [[ -n $skip ]]; then
      [[ $before == = ]] && continue
      case $skip in -C | --directory | -f | --file) where+=("$skip" "$before") ;; esac
      skip=""
      continue
    fi
    case $before in
      --) return ;;
      ${takesNext(all).join(' | ')}) skip=$before ;;
      -*) ;;
      *)
        if [[ -n $command ]]; then
          [[ -z $first ]] && first=$before
          continue
        fi
        case $before in
          ${SHOWN.map(({ name }) => name).join(' | ')}) command=$before ;;
        esac
        ;;
    esac
  done
  if [[ $word == --*=* ]]; then
    flag="\${word%%=*}"
    word="\${word#*=}"
  else
    case \${words[\${#words[@]} - 1]} in
      ${takesNext(all).join(' | ')}) flag=\${words[\${#words[@]} - 1]} ;;
    esac
  fi
  case $flag in
${all.flatMap(valueCase).join('\n')}
    *)
      if [[ $word == -* ]]; then
        case $command in
${SHOWN.map((command) => `          ${command.name}) names="${flagsOf(command).flatMap(spellings).join(' ')}" ;;`).join('\n')}
          *) names="--help --version -h -C --directory -f --file" ;;
        esac
      else
        case $command in
          "") names="${SHOWN.map(({ name }) => name).join(' ')}" ;;
${SHOWN.flatMap((command) => {
  const { first, others } = operandsOf(command);
  if (!first) return [];
  const named = (operands: Operands): string =>
    operands === 'file' ? `${filesOf('-f')}; return` : `names="${'ask' in operands ? ask(operands.ask) : operands.words.join(' ')}"`;
  const text = others ? `if [[ -z $first ]]; then ${named(first)}; else ${named(others)}; fi` : named(first);
  return [`          ${command.name}) ${text} ;;`];
}).join('\n')}
        esac
      fi
      ;;
  esac
  local known="\${word%"$2"}" IFS=$' \\t\\n'
  COMPREPLY=()
  while IFS= read -r name; do
    [[ -n $name && $name == "$word"* ]] && COMPREPLY+=("\${name#"$known"}")
  done <<<"\${names// /$'\\n'}"
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}
complete -F _sbx sbx
`;
}

function ask(what: string): string {
  return `$("\${COMP_WORDS[0]}" "\${where[@]+"\${where[@]}"}" __complete ${what} "$word" 2>/dev/null)`;
}

function valueCase(flag: Flag): string[] {
  const value = valueOfFlag(flag);
  if (value === undefined) return [];
  const pattern = spellings(flag).join(' | ');
  if (flag.name === 'format') return [`    ${pattern})`, '      case $command in', ...SHOWN.flatMap(formatCase), '      esac', '      ;;'];
  if (value === 'none') return [`    ${pattern}) return ;;`];
  if (value === 'folder' || value === 'file') {
    const kind = value === 'folder' ? '-d' : '-f';
    return [`    ${pattern})`, `      ${filesOf(kind)}`, '      return', '      ;;'];
  }
  return [`    ${pattern}) names="${'ask' in value ? ask(value.ask) : value.words.join(' ')}" ;;`];
}

/** Takes what there is: files (`-f`) or folders (`-d`). */
function filesOf(kind: '-f' | '-d'): string {
  return `while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen ${kind} -- "$word"); compopt -o filenames 2>/dev/null`;
}

function formatCase({ name, formats }: Command): string[] {
  return formats ? [`        ${name}) names="${formats.join(' ')}" ;;`] : [];
}
