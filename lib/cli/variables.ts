import { FLAGS, type Flag, variableOf } from './flags.ts';

/** An environment variable and what it is for, for the reference. */
type VariableMeaning = readonly [name: string, meaning: string];

/** Variables that sbx reads and that stand for no flag. */
export const VARIABLES: readonly VariableMeaning[] = [
  [
    'SBX_PARAM_NAME',
    'Sets the parameter `name`; `ghc-version` is SBX_PARAM_GHC_VERSION. `--set` is stronger. A list has commas between its items.',
  ],
  ['SBX_KILL_GRACE', 'Time between TERM and KILL where a command is ended, e.g. `30s`.'],
  ['SBX_AGENT', '`off`: no resident agent is asked or started; `on`: also in CI; `watch`: it watches the files of large projects, too.'],
  ['SBX_AGENT_IDLE', 'How long the resident agent stays when nobody asks it for anything; `10m` if not set.'],
  ['SBX_EXTENSION_TIMEOUT', 'How long an extension may take until it is loaded; `10s` if not set.'],
  ['SBX_SSH', "`system`: every host is reached by the system's ssh; `builtin`: none is. If not set, those are for which only that can."],
  ['SBX_SSH_CONFIG', 'An ssh_config that is read in place of the one of the user.'],
  [
    'SANDBOXER_VM_TUNNEL_PORT',
    'The port of this computer where the tunnel of the VM of the profile vm-haskell-build ends: its input `tunnel_port`.',
  ],
  ['SBX_AFFECTED_BASE', 'The commit or branch that `--affected` without a value compares with; then GITHUB_BASE_REF, of origin.'],
  ['SBX_CODE_CACHE', '`off`: do not keep compiled code of sbx in the cache.'],
  [
    'HOME',
    'Where the keys and known hosts of `~/.ssh`, and the folders below if they are not set, lie. The configuration of ssh is read where ssh reads it: in the home of the user database, or in the file that SBX_SSH_CONFIG names.',
  ],
  ['XDG_CACHE_HOME', 'The store and caches are in `sbx` below it; `~/.cache` if not set.'],
  ['XDG_STATE_HOME', 'Trusted host keys and the journal of workspaces are in `sbx` below it; `~/.local/state` if not set.'],
  ['XDG_RUNTIME_DIR', 'The socket of the resident agent is in `sbx` below it; where it is not set, in `agent` of the state.'],
  ['XDG_CONFIG_HOME', "The user's configuration is `sbx/config` below it; `~/.config` if not set."],
  ['SSH_AUTH_SOCK', 'The SSH agent.'],
  ['USER', 'Login name where nothing else names one; then LOGNAME.'],
  ['LOGNAME', 'See USER.'],
  [
    'SBX_HUB_URL',
    'Where the State Hub is, for `sbx hub` and for what runs tell it; `off`: they tell it nothing. Then STATE_HUB_URL, then `hub` of the Sandboxfile.',
  ],
  ['STATE_HUB_URL', 'The same, as the agents in VMs know it. `sbx hub` asks `http://127.0.0.1:8000` where nothing is set.'],
  ['STATE_HUB_DOMAIN', 'The domain of what the State Hub is told; `railiance` if neither it nor `hub.domain` is set.'],
  [
    'SANDBOXER_COMPOSE_CMD',
    'How compose is called in the places where `compose` steps run, for those that do not say it; what works there if not set.',
  ],
  ['PATH', 'Where programs are looked for.'],
  ['TMPDIR', 'Where short-lived files of sbx lie; `/tmp` if not set.'],
  ['TERM', '`dumb`: no colours, nothing drawn. Interactive steps get it.'],
  ['NO_COLOR', 'Not empty: no colours.'],
  ['FORCE_COLOR', '`1`, `2`, `3`: colours also where there is no terminal; `0`: none.'],
  ['CI', 'Not empty and not `false`: nothing is drawn.'],
  ['GITHUB_ACTIONS', '`true`: output for GitHub Actions.'],
  ['GITHUB_BASE_REF', 'The branch that a pull request is for, in GitHub Actions: see SBX_AFFECTED_BASE.'],
  ['GITHUB_WORKSPACE', 'The folder of the checkout, in GitHub Actions: annotations name files relative to it.'],
  ['GITHUB_STEP_SUMMARY', 'The file that the summary of a run is added to, in GitHub Actions.'],
];

/** Variables that stand for flags. */
export function flagVariables(): readonly VariableMeaning[] {
  const shown: readonly Flag[] = FLAGS.filter(({ name }) => name !== 'help' && name !== 'version');
  return shown.map((flag) => [variableOf(flag), `\`--${flag.name}\`: ${flag.summary}.`]);
}

/** Variables that sbx sets for the command of a step, here and in every sandbox. */
export const STEP_VARIABLES: readonly VariableMeaning[] = [
  ['SBX_STEP', 'Name of the step.'],
  [
    'SBX_STEP_HASH',
    'Digest of all that counts for the step, 64 hexadecimal digits: the key that `sbx explain` shows. A step that is never remembered has one too; files of the project count there if it declares `inputs`.',
  ],
  [
    'SBX_OUTPUT',
    'Of a step that declares `values`: the file to which its command writes them, 64 KiB at most, in UTF-8. A line `NAME=text` for each; for several lines `NAME<<END`, the lines, and `END`.',
  ],
  ['SBX_RUN', 'Id of the run.'],
  ['SBX_ATTEMPT', 'Id of this attempt of the step, unique. What the command starts is found and ended by it.'],
];
