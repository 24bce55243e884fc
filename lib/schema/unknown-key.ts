import { suggest } from '../base/suggest.ts';
import type { DiagnosticCode } from '../model/diagnostic.ts';

/** What other tools call what is meant. */
const OTHER_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    run: ['script', 'scripts', 'cmd', 'cmds', 'command', 'commands', 'exec'],
    needs: ['deps', 'depends', 'depends_on', 'depends-on', 'dependsOn', 'dependencies'],
    requires: ['require', 'required'],
    dir: ['cwd', 'workdir', 'working-directory', 'working_directory'],
    inputs: ['sources', 'srcs'],
    outputs: ['artifacts', 'generates', 'produces'],
    in: ['on', 'runs-on', 'where'],
    env: ['environment', 'variables'],
    params: ['vars', 'parameters', 'args'],
    steps: ['tasks', 'jobs', 'targets', 'rules'],
    use: ['extends'],
    include: ['includes', 'import', 'imports'],
    description: ['desc', 'summary', 'title'],
    exclude: ['ignore'],
    matrix: ['strategy', 'parallelism'],
    platforms: ['platform'],
    confirm: ['prompt', 'prompts'],
    aliases: ['alias'],
  }).flatMap(([ours, theirs]) => theirs.map((one) => [one, ours] as const)),
);

interface UnknownKey {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint: string;
  /** What was meant, as far as one can tell. */
  readonly near?: string;
}

/** What to say of a key that is not among the known ones. `of`: of what it is no key. */
export function unknownKey(key: string, known: readonly string[], of?: string): UnknownKey {
  const other = OTHER_WORDS.get(key);
  const near = suggest(key, known) ?? (other !== undefined && known.includes(other) ? other : undefined);
  const hint =
    key === '<<'
      ? 'Merge keys are not part of YAML 1.2: use a recipe or a profile.'
      : near === undefined
        ? `Known here: ${[...known].sort().join(', ')}. Keys of your own start with x-.`
        : `Did you mean \`${near}\`?`;
  return {
    ...(near === undefined ? {} : { near }),
    code: 'unknown-key',
    message: `\`${key}\` is not a key ${of === undefined ? 'here' : `of ${of}`}`,
    hint,
  };
}
