/** A flag of the command line. What it means is not known here: lib/cli/options.ts gives it a type. */
export interface Flag {
  /** Without the leading `--`. The variable of `dry-run` is SBX_DRY_RUN. */
  readonly name: string;
  readonly short?: string;
  /** Name of its value in help, e.g. `DIR`; absent: the flag is on or off. */
  readonly value?: string;
  /** What the flag means when it is given without a value; it then takes one by `=` only. */
  readonly bare?: string;
  /** May be given several times. */
  readonly many?: true;
  readonly choices?: readonly string[];
  readonly summary: string;
}

export const CONTINUE = ['never', 'dependencies-successful', 'always'] as const;
export const OUTPUTS = ['auto', 'listr', 'plain', 'grouped', 'json', 'github'] as const;
/** Every format that some command writes; its `formats` say which. */
export const FORMATS = ['text', 'mermaid', 'dot', 'json', 'html', 'trace', 'junit'] as const;
/** What a report of a run can be, the default first. */
export const REPORTS = ['html', 'json', 'trace', 'junit'] as const;
export const COLOURS = ['auto', 'always', 'never'] as const;

/** One table for all commands: a flag means the same wherever it is accepted; `says` of a command tells it in its own words. */
export const FLAGS = [
  { name: 'directory', short: 'C', value: 'DIR', summary: 'act in DIR' },
  { name: 'file', short: 'f', value: 'FILE', summary: 'use FILE instead of searching upward for Sandboxfile.yaml' },
  { name: 'set', value: 'K=V', many: true, summary: 'set the parameter K to V' },
  { name: 'profile', value: 'NAME', many: true, summary: 'overlay the profile NAME; the last one given wins' },
  {
    name: 'host',
    value: 'NAME',
    summary: 'where sandboxes are: an ssh_config alias, user@host:port, embedded or local; SANDBOX=NAME for one of them',
  },
  { name: 'local', summary: 'run the steps of every sandbox on this computer' },
  { name: 'jobs', short: 'j', value: 'N', summary: 'run at most N steps at once, or N% of the processors' },
  { name: 'continue', value: 'WHEN', bare: 'dependencies-successful', choices: CONTINUE, summary: 'go on after a failure' },
  { name: 'keep-going', short: 'k', summary: 'the same as --continue=dependencies-successful' },
  {
    name: 'audit',
    summary: 'run the named steps even if they are fresh, and say what they read and wrote that they do not declare; Linux, with strace',
  },
  { name: 'dry-run', short: 'n', summary: 'show the plan, run nothing' },
  { name: 'force', value: 'STEP', bare: '', many: true, summary: 'run the named steps, or STEP, even if they are fresh' },
  { name: 'no-cache', summary: 'neither restore from the store nor save to it' },
  { name: 'only', summary: 'run the named steps without what they need' },
  {
    name: 'affected',
    value: 'BASE',
    bare: '',
    summary: 'of the named steps only those that a change since BASE counts for; without BASE, since HEAD left the main branch',
  },
  { name: 'failed', summary: 'of the named steps only those that the last run did not get done' },
  { name: 'offline', summary: 'connect nowhere' },
  { name: 'yes', short: 'y', summary: 'answer every question with yes' },
  { name: 'review', summary: 'show what would come or be overwritten, and ask first' },
  { name: 'exit-code', short: 'x', summary: 'exit with the code of the command that failed' },
  { name: 'watch', short: 'w', summary: 'run again whenever something changes that the steps depend on' },
  { name: 'debounce', value: 'TIME', summary: 'how long nothing must change before a watch runs again: 100ms' },
  {
    name: 'poll',
    value: 'TIME',
    bare: '1s',
    summary: 'look for changes every TIME, where the system does not tell of them (network disks)',
  },
  { name: 'output', value: 'VIEW', choices: OUTPUTS, summary: 'how to show a run' },
  { name: 'format', value: 'FORMAT', choices: FORMATS, summary: 'what to write' },
  { name: 'report', value: 'FORMAT=FILE', many: true, summary: 'write a report of the run to FILE at its end: html, json, trace or junit' },
  { name: 'json', summary: 'one JSON document, or one event a line' },
  { name: 'origin', summary: 'show for each value the file, profile, recipe or flag that it comes from' },
  { name: 'quiet', short: 'q', summary: 'show failures and the summary only' },
  { name: 'verbose', short: 'v', summary: 'show every step, also the fresh ones' },
  { name: 'color', value: 'WHEN', bare: 'always', choices: COLOURS, summary: 'when to use colours' },
  { name: 'to', short: 'o', value: 'FILE', summary: 'write FILE' },
  { name: 'fingerprint', value: 'SHA256:...', summary: 'accept the key only if it has this fingerprint' },
  { name: 'max-size', value: 'SIZE', summary: 'keep at most SIZE, e.g. 20GiB' },
  { name: 'max-age', value: 'TIME', summary: 'drop what was not used for TIME, e.g. 14d' },
  { name: 'registry', value: 'FILE', summary: 'the registry of ports, instead of searching upward for port-registry.yml' },
  { name: 'on', value: 'HOST', summary: 'the computer that the VM runs on' },
  { name: 'user', value: 'NAME', summary: 'log in as NAME: build' },
  { name: 'identity', value: 'FILE', summary: 'log in with the key in FILE: ~/.ssh/id_build' },
  { name: 'input', value: 'K=V', many: true, summary: 'set the input K of the profile to V' },
  { name: 'ttl', value: 'TIME', summary: 'how long the sandbox may live: 90m, 2h, 7d; never: until it is destroyed' },
  { name: 'name', value: 'NAME', summary: 'a name of its own for the sandbox' },
  { name: 'tunnel', value: 'PORT', summary: 'the port of this computer that leads to the host' },
  { name: 'remove', summary: 'take out what sbx wrote' },
  { name: 'forget', summary: 'only strike out what is recorded here: what is there stays, and is named' },
  { name: 'probe', summary: 'connect to the sandboxes too, and examine them; nothing is changed there' },
  { name: 'all', summary: 'of all projects, not of this one alone' },
  { name: 'now', short: '9', summary: 'with KILL at once, where TERM would be given its time' },
  { name: 'help', short: 'h', summary: 'show help' },
  { name: 'version', summary: 'show the version' },
] as const satisfies readonly Flag[];

export type FlagName = (typeof FLAGS)[number]['name'];

/** Flags that go together. */
export const SHOW: readonly FlagName[] = ['quiet', 'verbose', 'color', 'help'];
export const FILE: readonly FlagName[] = ['directory', 'file', 'set', 'profile', 'host', 'local'];
export const QUERY: readonly FlagName[] = [...FILE, 'json', ...SHOW];
export const WATCH: readonly FlagName[] = ['watch', 'debounce', 'poll'];
export const CHOICE: readonly FlagName[] = ['force', 'no-cache', 'only', 'offline'];
export const NARROW: readonly FlagName[] = ['affected', 'failed'];

export const FLAG: ReadonlyMap<string, Flag> = new Map(FLAGS.map((flag) => [flag.name, flag as Flag]));
export const SHORT: ReadonlyMap<string, Flag> = new Map(FLAGS.flatMap((flag: Flag) => (flag.short ? [[flag.short, flag] as const] : [])));

/** The environment variable that stands for a flag. */
export function variableOf(flag: Flag): string {
  return `SBX_${flag.name.toUpperCase().replaceAll('-', '_')}`;
}

/** How a flag is written in help: `-j, --jobs N`, `--force[=STEP]`. */
export function flagUsage(flag: Flag): string {
  const value = flag.value === undefined ? '' : flag.bare === undefined ? ` ${flag.value}` : `[=${flag.value}]`;
  return `${flag.short ? `-${flag.short}, ` : '    '}--${flag.name}${value}`;
}
