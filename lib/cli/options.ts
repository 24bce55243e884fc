import { defined } from '../base/defined.ts';
import { parseDuration } from '../base/duration.ts';
import { err, ok, type Result } from '../base/result.ts';
import { parseSize } from '../base/size.ts';
import { checkValue, type Given, type UsageError } from './args.ts';
import { choice, durationOf, isPort, type NamedTexts, pairsOf, parseJobs, parseReports, type ReportWish } from './flag-values.ts';
import { COLOURS, CONTINUE, FLAG, FLAGS, type Flag, type FlagName, FORMATS, OUTPUTS, variableOf } from './flags.ts';

/** Every flag with its type. Absent: neither flag, variable nor the user's configuration says anything. */
export interface Options {
  readonly directory?: string;
  readonly file?: string;
  /** In the order given; a later one of the same name wins. */
  readonly set: NamedTexts;
  /** In the order given; the last wins. */
  readonly profiles: readonly string[];
  readonly host?: string;
  readonly local: boolean;
  readonly jobs?: number;
  readonly continue: (typeof CONTINUE)[number];
  readonly dryRun: boolean;
  readonly audit: boolean;
  readonly probe: boolean;
  readonly now: boolean;
  /** Steps to force; `named`: those on the command line. */
  readonly force: readonly string[] | 'named';
  readonly noCache: boolean;
  readonly only: boolean;
  /** Only what is affected by changes since this commit; '': since HEAD left the main branch. */
  readonly affected?: string;
  /** Only what the last run did not get done. */
  readonly failed: boolean;
  readonly offline: boolean;
  readonly yes: boolean;
  readonly review: boolean;
  readonly all: boolean;
  readonly exitCode: boolean;
  readonly watch: boolean;
  /** Milliseconds without a change before a watch runs again. */
  readonly debounce?: number;
  /** Milliseconds between two looks for changes; absent: the system tells of them. */
  readonly poll?: number;
  readonly output: (typeof OUTPUTS)[number];
  readonly format?: (typeof FORMATS)[number];
  /** Reports to write at the end of a run. */
  readonly reports: readonly ReportWish[];
  readonly json: boolean;
  readonly origin: boolean;
  readonly level: 'quiet' | 'normal' | 'verbose';
  readonly color: (typeof COLOURS)[number];
  readonly to?: string;
  readonly fingerprint?: string;
  /** Bytes. */
  readonly maxSize?: number;
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly registry?: string;
  /** The computer that a VM runs on. */
  readonly on?: string;
  /** To log in. */
  readonly user?: string;
  readonly identity?: string;
  readonly remove: boolean;
  readonly forget: boolean;
  /** Of a profile, in the order given; a later one of the same name wins. */
  readonly inputs: NamedTexts;
  /** Milliseconds; `never`: until it is destroyed. */
  readonly ttl?: number | 'never';
  readonly name?: string;
  /** A port of this computer. */
  readonly tunnel?: number;
}

/** Where flags come from, the strongest first. */
interface OptionSources {
  readonly given: Given;
  readonly environment: ReadonlyMap<string, string>;
  /** The user's configuration: name of a flag and its text. */
  readonly config: ReadonlyMap<string, string>;
  /** Processors, for `--jobs 50%`. */
  readonly cpus: number;
}

/** Gives every flag its type, from the command line, the SBX_ variables or the user's configuration, in that order. Pure. */
export function readOptions(sources: OptionSources): Result<Options, UsageError> {
  const texts = new Map<string, readonly string[]>(sources.given);
  for (const flag of FLAGS) {
    if (texts.has(flag.name) || flag.name === 'help' || flag.name === 'version') continue;
    const variable = variableOf(flag);
    const fromVariable = sources.environment.get(variable);
    const text = fromVariable ?? sources.config.get(flag.name);
    if (text === undefined || text === '') continue;
    const known: Flag = flag;
    const isOptional = known.bare === ''; // on, off, or a value
    const value = known.value === undefined || isOptional ? (onOff(text) ?? text) : text;
    const wrong = isOptional
      ? undefined
      : checkValue(flag, value, fromVariable === undefined ? `${flag.name} in the configuration` : variable);
    if (wrong) return err(wrong);
    if (isOptional) texts.set(flag.name, value === 'false' ? [] : [value === 'true' ? '' : value]);
    else texts.set(flag.name, listOf(flag.name, value));
  }
  return typed(texts, sources.cpus);
}

/** Several values in one variable: parameters one a line, profiles and reports between commas. */
function listOf(name: FlagName, text: string): string[] {
  if (name !== 'set' && name !== 'input' && name !== 'profile' && name !== 'report') return [text];
  const values = text.split(name === 'set' || name === 'input' ? '\n' : ',').map((value) => value.trim());
  return values.filter((value) => value !== '');
}

function onOff(text: string): 'true' | 'false' | undefined {
  if (/^(1|true|yes|on)$/i.test(text)) return 'true';
  if (/^(0|false|no|off)$/i.test(text)) return 'false';
  return undefined;
}

function typed(texts: Given, cpus: number): Result<Options, UsageError> {
  const one = (name: FlagName): string | undefined => texts.get(name)?.[0];
  const on = (name: FlagName): boolean => one(name) === 'true';
  const set = pairsOf('set', texts.get('set'), 'optimize=2');
  if (!set.ok) return set;
  const inputs = pairsOf('input', texts.get('input'), 'vm=haskell-build');
  if (!inputs.ok) return inputs;
  const reports = parseReports(texts.get('report') ?? []);
  if (!reports.ok) return reports;
  const jobs = parseJobs(one('jobs'), cpus);
  if (!jobs.ok) return jobs;
  if (on('quiet') && on('verbose')) return err({ message: '--quiet and --verbose exclude each other' });
  const sizeText = one('max-size');
  const maxSize = sizeText === undefined ? undefined : parseSize(sizeText);
  if (sizeText !== undefined && maxSize === undefined) return err({ message: `--max-size cannot be "${sizeText}"`, hint: 'e.g. 20GiB' });
  const ageText = one('max-age');
  const maxAge = ageText === undefined ? undefined : parseDuration(ageText);
  if (ageText !== undefined && maxAge === undefined) return err({ message: `--max-age cannot be "${ageText}"`, hint: 'e.g. 14d' });
  const debounce = durationOf('debounce', one('debounce'), '500ms');
  if (!debounce.ok) return debounce;
  const poll = durationOf('poll', one('poll'), '500ms');
  if (!poll.ok) return poll;
  const ttl = one('ttl') === 'never' ? ok('never' as const) : durationOf('ttl', one('ttl'), '90m, or never');
  if (!ttl.ok) return ttl;
  const tunnel = one('tunnel');
  if (tunnel !== undefined && !isPort(tunnel)) return err({ message: `--tunnel cannot be "${tunnel}"`, hint: 'a port, from 1 to 65535' });
  const force = texts.get('force') ?? [];
  const given = { directory: one('directory'), file: one('file'), host: one('host'), jobs: jobs.value, affected: one('affected') };
  const more = {
    to: one('to'),
    fingerprint: one('fingerprint'),
    maxSize,
    maxAge,
    debounce: debounce.value,
    poll: poll.value,
    format: choice(one('format'), FORMATS),
    registry: one('registry'),
    on: one('on'),
    user: one('user'),
    identity: one('identity'),
    ttl: ttl.value,
    name: one('name'),
    tunnel: tunnel === undefined ? undefined : Number(tunnel),
  };
  return ok({
    ...defined({ ...given, ...more }),
    set: set.value,
    inputs: inputs.value,
    profiles: texts.get('profile') ?? [],
    reports: reports.value,
    local: on('local'),
    continue: choice(one('continue'), CONTINUE) ?? (on('keep-going') ? 'dependencies-successful' : 'never'),
    dryRun: on('dry-run'),
    audit: on('audit'),
    probe: on('probe'),
    now: on('now'),
    force: force.includes('') ? 'named' : force,
    noCache: on('no-cache'),
    only: on('only'),
    failed: on('failed'),
    offline: on('offline'),
    yes: on('yes'),
    review: on('review'),
    all: on('all'),
    exitCode: on('exit-code'),
    watch: on('watch'),
    remove: on('remove'),
    forget: on('forget'),
    output: choice(one('output'), OUTPUTS) ?? 'auto',
    json: on('json'),
    origin: on('origin'),
    level: on('quiet') ? 'quiet' : on('verbose') ? 'verbose' : 'normal',
    color: choice(one('color'), COLOURS) ?? 'auto',
  });
}

/** Reads the user's configuration: lines of `flag = value`, `#` begins a comment. What is wrong is said with its line. */
export function readConfig(text: string): Result<ReadonlyMap<string, string>, UsageError> {
  const values = new Map<string, string>();
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.replace(/(^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const cut = line.indexOf('=');
    const name = (cut < 0 ? line : line.slice(0, cut)).trim();
    if (!FLAG.has(name))
      return err({ message: `line ${at + 1} of the configuration: unknown flag "${name}"`, hint: 'lines are: output = plain' });
    values.set(name, cut < 0 ? 'true' : line.slice(cut + 1).trim());
  }
  return ok(values);
}
