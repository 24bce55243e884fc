import type { Folders, Io } from '../../model/io.ts';
import { type Project, stepsCalled } from '../../model/project.ts';
import type { Script } from '../../model/script.ts';
import { EXIT } from '../../run/exit-code.ts';
import { NOWHERE } from '../../run/places.ts';
import { openRecords } from '../../run/records.ts';
import { openStore } from '../../run/store.ts';
import { listSuccesses, ofProject, pick, removeSuccesses, type StoredSuccess, type Whose } from '../../run/store-successes.ts';
import { SILENT } from '../../view/sink.ts';
import { oneStoredJson, oneStoredText, storedJson, storedText } from '../../view/stored.ts';
import { confirm } from '../ask.ts';
import { type Call, complain, refuse } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { open, openOrSay } from '../open.ts';

interface Asked {
  readonly call: Call;
  readonly io: Io;
  readonly folders: Folders;
  readonly project: Project | undefined;
  /** What the operands mean; without any, all of this project, or of all. */
  readonly picked: readonly StoredSuccess[];
}

/** `cache ls`, `show` and `rm`: what the store remembers of steps. Keys need no project; names of steps are those of the project here, unless --all. */
export async function cacheSuccesses(call: Call, which: 'ls' | 'show' | 'rm', words: readonly string[]): Promise<number> {
  const io = effectsOf(call.surroundings);
  const project = call.options.all ? undefined : await projectFor(call, words);
  if (typeof project === 'number') return project;
  const folders = foldersOf(call.surroundings.environment, project?.root ?? '/');
  const all = listSuccesses(io, folders.cache);
  const whose = whoseSteps(project, all);
  const picked = words.length === 0 ? { ok: true as const, value: ofProject(all, whose) } : pick(all, words, whose);
  if (!picked.ok) return refuse(call, picked.error.message, picked.error.hint);
  const asked = { call, io, folders, project, picked: picked.value };
  if (which === 'show') return await show(asked, words[0] ?? '');
  return which === 'ls' ? await list(asked) : await remove(asked);
}

/** Undefined: there are keys alone, which need none; what is wrong with one is no matter then. */
async function projectFor(call: Call, words: readonly string[]): Promise<Project | undefined | number> {
  if (words.length > 0 && words.every((word) => /^[0-9a-f]{4,64}$/.test(word))) {
    const opening = await open({ ...call, err: SILENT }, { named: [] });
    return opening.is === 'open' ? opening.opened.project : undefined;
  }
  const opened = await openOrSay(call, { named: [] });
  return typeof opened === 'number' ? opened : opened.project;
}

function whoseSteps(project: Project | undefined, all: readonly StoredSuccess[]): Whose {
  if (project)
    return {
      project: project.name,
      called: (word) => stepsCalled(project, word),
      known: [...project.steps.keys(), ...project.called.keys()],
    };
  const steps = new Set(all.map(({ success }) => success.step));
  return { project: undefined, called: (word) => (steps.has(word) ? [word] : []), known: [...steps] };
}

async function list({ call, io, picked }: Asked): Promise<number> {
  const { options, out, columns } = call;
  out.write(options.json ? storedJson(picked) : storedText(picked, io.clock.now(), options.all, await call.paint(), columns));
  return EXIT.done;
}

/** Of a step the newest. */
async function show({ call, io, folders, project, picked: [newest] }: Asked, word: string): Promise<number> {
  if (newest === undefined) {
    complain(call, { message: `nothing is stored of ${word}` });
    return EXIT.failed;
  }
  const { key, log } = newest.success;
  const warn = (text: string): void => call.err.write(`warning: ${text}\n`);
  const bytes = log === undefined ? undefined : openStore(io, folders.cache, warn, 'read').read(log, key);
  const text = bytes && Buffer.from(bytes).toString('utf8');
  const { options, out, columns } = call;
  const shown = { ...newest, script: scriptNow(project, newest), log: text };
  out.write(options.json ? oneStoredJson(newest, text) : oneStoredText(shown, io.clock.now(), await call.paint(), columns));
  return EXIT.done;
}

/** The script of the step, if it is still the one that was executed: it knows what the variables of the command stand for. */
function scriptNow(project: Project | undefined, { success: { step, project: name, record } }: StoredSuccess): Script | undefined {
  const script = project?.name === name ? project.steps.get(step)?.script : undefined;
  if (script === undefined || script.shell === 'argv') return undefined;
  const { command } = record;
  return typeof command === 'object' && command !== null && 'text' in command && command.text === script.text ? script : undefined;
}

async function remove({ call, io, folders, picked }: Asked): Promise<number> {
  const { options, out, err } = call;
  if (picked.length === 0) {
    out.write('nothing to remove\n');
    return EXIT.done;
  }
  const shown = storedText(picked, io.clock.now(), options.all, await call.paint(), call.columns);
  if (options.dryRun) {
    out.write(`would remove:\n${shown}`);
    return EXIT.done;
  }
  if (!options.yes) {
    err.write(shown);
    if (!(await confirm(call.surroundings, `Remove ${picked.length === 1 ? 'it' : `these ${picked.length}`} from the store?`))) {
      err.write('nothing was removed; without a question: sbx cache rm -y\n');
      return EXIT.failed;
    }
  }
  const keys = picked.map(({ success }) => success.key);
  const removed = removeSuccesses(io, folders.cache, keys);
  if (!removed.ok) {
    complain(call, removed.error);
    return EXIT.failed;
  }
  out.write(
    `removed ${removed.value} ${removed.value === 1 ? 'record' : 'records'}; what only they referred to goes with the next collection\n`,
  );
  const fresh = stillKnown(io, folders, picked);
  if (fresh.length > 0) out.write(`the project here knows by itself how ${fresh.join(', ')} went: sbx clean makes it forget\n`);
  return EXIT.done;
}

/** Steps whose success the project has records of too. */
function stillKnown(io: Io, folders: Folders, picked: readonly StoredSuccess[]): readonly string[] {
  const records = openRecords(io, folders.project, () => {}, NOWHERE);
  return [...new Set(picked.filter(({ success }) => records.local(success.key)).map(({ success }) => success.step))];
}
