import { err, ok, type Result } from '../base/result.ts';
import { hintOf } from '../base/suggest.ts';
import type { Exit } from '../model/exit.ts';
import type { Failure } from '../model/failure.ts';
import { type Heard, Listener } from './said.ts';
import { isBefore, OLDEST, type Template, type Version, WITH_PLUGINS } from './template.ts';
import { complaintOf, hintFor, refusal } from './words.ts';

// What Packer is asked and told, one command after the other. Knows no steps, and not where it runs.

/** Runs the command `packer` with these words to its end. `secret` false: it is given no secrets. */
export type Packer = (words: readonly string[], output: (chunk: Uint8Array) => void, secret?: false) => Promise<Result<Exit, Failure>>;

/** What goes before each command. */
const READABLE = '-machine-readable';

export async function versionOf(packer: Packer): Promise<Result<Version, Failure>> {
  const asked = await listen(packer, ['version'], () => {}, false);
  if (!asked.ok) {
    if (asked.error.code !== 'command-missing') return asked;
    const hint = 'install Packer 1.6 or later: `apt-get install packer`, or from https://developer.hashicorp.com/packer/install';
    return err({ code: 'command-missing', message: 'there is no packer on the PATH', hint });
  }
  const [, major, minor, patch] = /^Packer v(\d+)\.(\d+)\.(\d+)/m.exec(asked.value.heard.text) ?? [];
  if (patch === undefined)
    return err(refusal('the packer on the PATH does not say its version', "that of cracklib has the same name: put HashiCorp's before it"));
  const version: Version = [Number(major), Number(minor), Number(patch)];
  if (!isBefore(version, OLDEST)) return ok(version);
  return err(refusal(`Packer ${version.join('.')} is too old`, 'templates in HCL need 1.6 or later'));
}

/** What later ones need before anything else: nothing is fetched that is there. */
export async function fetchPlugins(
  packer: Packer,
  version: Version,
  { word }: Template,
  show: (text: string) => void,
): Promise<Result<void, Failure>> {
  if (isBefore(version, WITH_PLUGINS)) return ok(undefined);
  const fetched = await listen(packer, ['init', word], show, false);
  if (!fetched.ok) return fetched;
  return isDone(fetched.value.exit) ? ok(undefined) : err(refused('cannot get the plugins of the template', fetched.value.heard));
}

/** The names of the variables of a template. Packer shows values too, sensitive ones among them: it is asked without secrets, and shown nowhere. */
export async function declaredIn(packer: Packer, { word }: Template): Promise<Result<ReadonlySet<string>, Failure>> {
  const inspected = await listen(packer, ['inspect', word], () => {}, false);
  if (!inspected.ok) return inspected;
  const { exit, heard } = inspected.value;
  if (!isDone(exit)) return err(refused('refuses the template', heard));
  return ok(new Set([...heard.text.matchAll(/^var\.([\w-]+): "/gm)].map(([, name = '']) => name)));
}

/** Packer only warns of a variable that it does not know. */
export function unknownVariable(given: Iterable<string>, declared: ReadonlySet<string>): Failure | undefined {
  const unknown = [...given].find((name) => !declared.has(name));
  return unknown === undefined ? undefined : refusal(`the template declares no variable \`${unknown}\``, hintOf(unknown, declared));
}

interface Building {
  readonly template: Template;
  readonly only: readonly string[];
  /** In their order: later ones win. */
  readonly varFiles: readonly string[];
  readonly force: boolean;
}

/** Asks Packer whether it takes the template with these values; nothing is built. */
export async function validate(packer: Packer, building: Building, show: (text: string) => void): Promise<Result<void, Failure>> {
  const { template, only, varFiles } = building;
  const words = ['validate', ...optionsOf(only, varFiles), template.word];
  const validated = await listen(packer, words, show);
  if (!validated.ok) return validated;
  return isDone(validated.value.exit) ? ok(undefined) : err(refused('refuses the template', validated.value.heard));
}

/** The files of what was built, as Packer names them. Its exit alone is not believed: it is 0 also where nothing was built. */
export async function build(packer: Packer, building: Building, show: (text: string) => void): Promise<Result<readonly string[], Failure>> {
  const { template, only, varFiles, force } = building;
  const words = ['build', '-color=false', ...(force ? ['-force'] : []), ...optionsOf(only, varFiles), template.word];
  const built = await listen(packer, words, show);
  if (!built.ok) return built;
  const { exit, heard } = built.value;
  const command = `packer build ${template.word}`;
  if ('signal' in exit) return err({ code: 'command-signalled', message: `packer was ended by ${exit.signal}`, command });
  const why = heard.errors[0] ?? complaintOf(heard) ?? heard.complaints[0];
  if (exit.code !== 0 || heard.errors.length > 0) {
    const message = `packer failed${why === undefined ? '' : `: ${why.trim()}`}`;
    return err(hinted({ code: 'command-failed', message, command, exitCode: exit.code }, `${why}\n${heard.text}`));
  }
  if (heard.files.length > 0) return ok(heard.files);
  const hint = only.length > 0 ? 'does `only` name a build of the template, as `packer inspect` shows them?' : 'what did it say?';
  return err({ code: 'output-missing', message: 'packer ended well and made no artifact that is a file', hint });
}

function optionsOf(only: readonly string[], varFiles: readonly string[]): readonly string[] {
  return [...(only.length > 0 ? [`-only=${only.join(',')}`] : []), ...varFiles.map((file) => `-var-file=${file}`)];
}

function refused(what: string, heard: Heard): Failure {
  const why = complaintOf(heard) ?? heard.complaints[0] ?? heard.text.trim().split('\n').at(-1);
  return hinted({ code: 'task-refused', message: `packer ${what}${why ? `: ${why.trim()}` : ''}` }, `${why}\n${heard.text}`);
}

function hinted(failure: Failure, text: string): Failure {
  const hint = hintFor(text);
  return hint === undefined ? failure : { ...failure, hint };
}

function isDone(exit: Exit): boolean {
  return 'code' in exit && exit.code === 0;
}

async function listen(
  packer: Packer,
  words: readonly string[],
  show: (text: string) => void,
  secret?: false,
): Promise<Result<{ readonly exit: Exit; readonly heard: Heard }, Failure>> {
  const listener = new Listener(show);
  const exit = await packer([READABLE, ...words], listener.hear, secret);
  const heard = listener.end();
  return exit.ok ? ok({ exit: exit.value, heard }) : exit;
}
