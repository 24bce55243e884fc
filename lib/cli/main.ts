import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { err, ok } from '../base/result.ts';
import { suggest } from '../base/suggest.ts';
import { fileTrouble, refusedHere } from '../io/trouble.ts';
import { EXIT } from '../run/exit-code.ts';
import type { Task } from '../task.ts';
import { colourLevel, loadPaint } from '../view/paint.ts';
import { sinkOf } from '../view/sink.ts';
import { parseArgs, type UsageError, unknownCommand, type Words } from './args.ts';
import { type Call, type Command, refuse } from './call.ts';
import { type Options, readConfig, readOptions } from './options.ts';
import { kindOf } from './search.ts';
import { type ImportModule, type Surroundings, surroundingsOf } from './surroundings.ts';

/** The commands, each loaded when it is called. */
const COMMANDS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['run', async () => (await import('./commands/run.ts')).run],
  ['watch', async () => (await import('./commands/watch.ts')).watch],
  ['clean', async () => (await import('./commands/clean.ts')).clean],
  ['cache', async () => (await import('./commands/cache.ts')).cache],
  ['trust', async () => (await import('./commands/trust.ts')).trust],
  ['list', async () => (await import('./commands/list.ts')).list],
  ['plan', async () => (await import('./commands/plan.ts')).plan],
  ['explain', async () => (await import('./commands/explain.ts')).explain],
  ['graph', async () => (await import('./commands/graph.ts')).graph],
  ['status', async () => (await import('./commands/plan.ts')).status],
  ['validate', async () => (await import('./commands/validate.ts')).validate],
  ['ssh', async () => (await import('./commands/ssh.ts')).ssh],
  ['vm-info', async () => (await import('./commands/vm-info.ts')).vmInfo],
  ['bridge', async () => (await import('./commands/bridge.ts')).bridge],
  ['agent', async () => (await import('./commands/agent.ts')).agent],
  ['hub', async () => (await import('./commands/hub.ts')).hub],
  ['create', async () => (await import('./commands/create.ts')).create],
  ['destroy', async () => (await import('./commands/destroy.ts')).destroy],
  ['inspect', async () => (await import('./commands/inspect.ts')).inspect],
  ['ls', async () => (await import('./commands/ls.ts')).ls],
  ['snapshot', async () => (await import('./commands/snapshot.ts')).snapshot],
  ['restore', async () => (await import('./commands/snapshot.ts')).restore],
  ['reap', async () => (await import('./commands/reap.ts')).reap],
  ['renew', async () => (await import('./commands/renew.ts')).renew],
  ['ps', async () => (await import('./commands/ps.ts')).ps],
  ['attach', async () => (await import('./commands/attach.ts')).attach],
  ['kill', async () => (await import('./commands/kill.ts')).kill],
  ['report', async () => (await import('./commands/report.ts')).report],
  ['replay', async () => (await import('./commands/replay.ts')).replay],
  ['fetch', async () => (await import('./commands/fetch.ts')).fetch],
  ['adopt', async () => (await import('./commands/adopt.ts')).adopt],
  ['unlock', async () => (await import('./commands/unlock.ts')).unlockProject],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctor],
  ['init', async () => (await import('./commands/init.ts')).init],
  ['import', async () => (await import('./commands/import.ts')).importMakefile],
  ['completion', async () => (await import('./commands/completion.ts')).completion],
  ['schema', async () => (await import('./commands/schema.ts')).schema],
  ['__complete', async () => (await import('./commands/complete.ts')).names],
]);

/**
 * The program. `home` is the folder of the package, `importModule` what Node calls `import()`. Sets the exit code; a bug rejects. What this computer refuses is no bug.
 */
export async function main(process: NodeJS.Process, home: string, importModule: ImportModule): Promise<void> {
  try {
    process.exitCode = await invoke(surroundingsOf(process, home, importModule));
  } catch (thrown) {
    const refused = refusedHere(thrown);
    if (refused === undefined) throw thrown;
    process.stderr.write(`sbx: ${refused.message}\n`);
    process.exit(EXIT.failed);
  }
}

async function invoke(surroundings: Surroundings): Promise<number> {
  const sinks = lazySinks(surroundings);
  const words = parseArgs(surroundings.argv);
  if (!words.ok) {
    const { message, hint, unknown } = words.error;
    return refuse(sinks, message, (unknown === undefined ? undefined : await asStep(unknown, surroundings)) ?? hint);
  }
  const asked = await askedForHelp(words.value, surroundings);
  if (typeof asked === 'object') return refuse(sinks, asked.message, asked.hint);
  if (asked !== undefined) {
    sinks.out.write(asked);
    await sinks.out.flush();
    return EXIT.done;
  }
  const config = readUserConfig(surroundings);
  const read = config.ok
    ? readOptions({ given: words.value.given, environment: surroundings.environment, config: config.value, cpus: surroundings.cpus })
    : config;
  if (!read.ok) return refuse(sinks, read.error.message, read.error.hint);
  const load = COMMANDS.get(words.value.command?.name ?? '');
  if (load === undefined) throw new Error(`no body for ${words.value.command?.name}`);
  const options = read.value;
  const wrong = wrongFormat(words.value, options) ?? wrongFolder(words.value, options, surroundings);
  if (wrong) return refuse(sinks, wrong.message, wrong.hint);
  const command = await load();
  const code = await command(callOf(surroundings, words.value, options, sinks));
  await sinks.flush();
  const trouble = sinks.trouble();
  if (trouble === undefined || code !== EXIT.done) return code;
  sinks.err.write(`sbx: standard output could not be written: ${trouble}\n`);
  return EXIT.failed;
}

/** The flag takes what any command can write. */
function wrongFormat({ command }: Words, { format }: Options): UsageError | undefined {
  const { formats } = command ?? {};
  if (format === undefined || formats === undefined || formats.includes(format)) return undefined;
  return { message: `sbx ${command?.name} writes no ${format}`, hint: `--format is one of ${formats.join(', ')}` };
}

/** Without this, a folder above the one that is not there would be acted in. */
function wrongFolder({ command }: Words, { directory }: Options, { cwd }: Surroundings): UsageError | undefined {
  if (directory === undefined || !command?.flags.includes('directory')) return undefined;
  const folder = resolve(cwd, directory);
  const found = kindOf(folder, { statSync });
  if (found === 'folder') return undefined;
  return { message: found === 'nothing' ? `there is no folder ${folder}` : `${folder} is no folder`, hint: 'named by -C or SBX_DIRECTORY' };
}

function callOf(surroundings: Surroundings, words: Words, options: Options, sinks: ReturnType<typeof lazySinks>): Call {
  return {
    surroundings,
    words,
    options,
    get out() {
      return sinks.out;
    },
    get err() {
      return sinks.err;
    },
    paint: () =>
      loadPaint(
        colourLevel({
          flag: options.color,
          environment: surroundings.environment,
          terminal: surroundings.stdout.isTTY === true,
          depth: surroundings.stdout.isTTY ? surroundings.stdout.getColorDepth() : 1,
        }),
      ),
    get columns() {
      return surroundings.stdout.isTTY ? surroundings.stdout.columns : undefined;
    },
  };
}

/** `sbx`, `--help`, `--version` and `help`: the text, without looking at anything else. */
async function askedForHelp(words: Words, surroundings: Surroundings): Promise<string | UsageError | undefined> {
  if (words.version) return `sbx ${surroundings.version()}\n`;
  const { command } = words;
  if (command !== undefined && command.name !== 'help' && !words.help) return undefined;
  const { commandHelp, overview } = await import('./help.ts');
  const { COMMAND } = await import('./commands.ts');
  const columns = surroundings.stdout.isTTY ? surroundings.stdout.columns : 80;
  const [topic] = command?.name === 'help' && !words.help ? words.operands : [];
  const about =
    topic === undefined && command?.name === 'help' && !words.help ? undefined : topic === undefined ? command : COMMAND.get(topic);
  if (topic !== undefined && about === undefined) return await helpOfTask(topic, surroundings, columns);
  if (about === undefined) return overview(columns);
  const task = topic === undefined ? undefined : await ownTask(topic);
  const ofTask = task === undefined ? '' : `\nThe task ${topic}\n\n${await helpWith(task, columns)}`;
  return commandHelp(about, columns) + ofTask;
}

/** A task is known by its name alone; those of extensions only where the project is. */
async function helpOfTask(name: string, surroundings: Surroundings, columns: number): Promise<string | UsageError> {
  const { TASK } = await import('../../tasks/index.ts');
  const opening = TASK.has(name) ? undefined : await (await import('./open-quietly.ts')).openQuietly(surroundings);
  const { tasks } = opening?.is === 'open' ? opening.opened : opening?.is === 'faulty' ? opening.faulty : { tasks: TASK };
  const task = tasks.get(name);
  if (task !== undefined) return await helpWith(task, columns);
  const near = suggest(name, COMMANDS.keys()) === undefined ? suggest(name, tasks.keys()) : undefined;
  return near === undefined ? unknownCommand(name) : { ...unknownCommand(name), hint: `did you mean ${near}?` };
}

async function ownTask(name: string): Promise<Task | undefined> {
  return (await import('../../tasks/index.ts')).TASK.get(name);
}

async function helpWith(task: Task, columns: number): Promise<string> {
  return (await import('./task-help.ts')).taskHelp(task, columns);
}

/** The name of a step in place of a command, or nearly one: what was meant is clear. */
async function asStep(name: string, surroundings: Surroundings): Promise<string | undefined> {
  const { stepNames } = await import('./commands/complete.ts');
  const steps = await stepNames(surroundings);
  const near = steps.includes(name) ? name : suggest(name, COMMANDS.keys()) === undefined ? suggest(name, steps) : undefined;
  return near === undefined ? undefined : `did you mean sbx run ${near}?`;
}

function readUserConfig(surroundings: Surroundings): ReturnType<typeof readConfig> {
  const { environment } = surroundings;
  const folder = environment.get('XDG_CONFIG_HOME') || join(environment.get('HOME') ?? '/', '.config');
  const file = join(folder, 'sbx', 'config');
  try {
    return existsSync(file) ? readConfig(readFileSync(file, 'utf8')) : ok(new Map());
  } catch (thrown) {
    return err(fileTrouble(thrown, 'read', file));
  }
}

function lazySinks(surroundings: Surroundings) {
  let out: Call['out'] | undefined;
  let err: Call['err'] | undefined;
  return {
    get out() {
      out ??= sinkOf(surroundings.stdout);
      return out;
    },
    get err() {
      err ??= sinkOf(surroundings.stderr);
      return err;
    },
    trouble: () => out?.trouble(),
    flush: async () => {
      await out?.flush();
      await err?.flush();
    },
  };
}
