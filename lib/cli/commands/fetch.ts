import { join, resolve } from 'node:path';
import { suggest } from '../../base/suggest.ts';
import { openMemo } from '../../io/memo.ts';
import { makeFolder } from '../../io/replace.ts';
import type { Failure } from '../../model/failure.ts';
import type { Action } from '../../model/plan.ts';
import { draftActions } from '../../plan/actions.ts';
import { makeGraph } from '../../plan/graph.ts';
import { select } from '../../plan/select.ts';
import { comingTo, putBrought } from '../../run/brought.ts';
import { EXIT, exitCode } from '../../run/exit-code.ts';
import { describeHolder, type Holder } from '../../run/holder.ts';
import { tryLock } from '../../run/lock.ts';
import { runName } from '../../run/run-name.ts';
import { whoAmI } from '../../run/self.ts';
import type { Workspace } from '../../sync/check.ts';
import { bring, type FarFiles, findFar } from '../../sync/fetch.ts';
import { CAPS } from '../../sync/manifest.ts';
import { type FetchShown, fetchCounts, fetchJson, fetchLines } from '../../view/fetch.ts';
import { canAsk, confirm } from '../ask.ts';
import { type Call, complain, refuse } from '../call.ts';
import { type AskedFiles, askedFiles } from '../fetch/asked.ts';
import { progressLine } from '../fetch/progress-line.ts';
import { memoryOf } from '../ground.ts';
import { openOrSay, sayFaulty } from '../open.ts';
import { type Visit, visit } from '../place.ts';
import { checkoutIn } from '../sandboxes.ts';
import { livingHolder } from '../works/under-way.ts';

/** Brings files that a step left in its place, and runs nothing. */
export async function fetch(call: Call): Promise<number> {
  const { words, options, surroundings } = call;
  const [name = '', ...paths] = words.operands;
  const action = await actionOf(call, name);
  if (typeof action === 'number') return action;
  const { step } = action;
  return await visit(call, step.sandbox, async (place) => {
    const { ground, arrival, session, signal, spec } = place;
    const asked = askedFiles(action, paths, {
      root: ground.project.root,
      cwd: resolve(surroundings.cwd, options.directory ?? '.'),
      to: options.to,
    });
    if (!asked.ok) return refuse(call, asked.error.message, asked.error.hint);
    if (arrival.found.is !== 'ours') {
      const nothing: Failure = { code: 'fetch-missing', message: `there is no workspace in ${spec.name} yet` };
      return failed(call, arrival.found.is === 'refused' ? arrival.found.failure : nothing);
    }
    const workspace = { session, path: arrival.workspace, checkout: checkoutIn(ground).id, signal };
    const found = await find(call, step.id, workspace, asked.value);
    if (typeof found === 'number') return found;
    const { root } = asked.value;
    const shown = { step: step.id, sandbox: spec.name, to: root, files: comingTo(ground.io.files, root, found.entries) };
    const coming = shown.files.flatMap(({ entry, is }) => (is === 'same' ? [] : [entry]));
    const goes = coming.length > 0 && !options.dryRun ? await reviewed(call, shown) : false;
    const code = goes ? await take(call, place, workspace, root, { ...found, entries: coming }) : EXIT.done;
    if (code !== EXIT.done) return code;
    await tell(call, shown, goes);
    return goes || options.dryRun || coming.length === 0 ? EXIT.done : EXIT.failed;
  });
}

async function actionOf(call: Call, name: string): Promise<Action | number> {
  const opened = await openOrSay(call, { named: [name] });
  if (typeof opened === 'number') return opened;
  const graph = makeGraph(opened.project);
  if (graph.value === undefined) return await sayFaulty(call, graph.diagnostics);
  const selection = select(opened.project, graph.value, [name], { only: true });
  if (selection.value === undefined) return await sayFaulty(call, selection.diagnostics);
  const actions = draftActions(opened.project, selection.value, opened.tasks);
  if (actions.value === undefined) return await sayFaulty(call, actions.diagnostics);
  const [action, ...more] = actions.value;
  if (action === undefined || more.length > 0)
    return refuse(call, `${name} has ${actions.value.length} cells`, `name one of them, e.g. ${action?.id}`);
  return action;
}

async function find(call: Call, step: string, workspace: Workspace, asked: AskedFiles): Promise<FarFiles | number> {
  const there: string[] = [];
  const excluded = (path: string): boolean => {
    there.push(path);
    return asked.excluded(path);
  };
  const wanted = { globs: asked.globs, excluded, whole: false, caps: CAPS };
  const note = (text: string): void => call.err.write(`${step}: ${text}\n`);
  const found = await findFar({ workspace, wanted, links: asked.links, rename: asked.rename, note });
  const nowhere = asked.named.find(({ matches }) => !there.some(matches));
  if (nowhere !== undefined && (found.ok || found.error.code === 'fetch-missing')) {
    const near = suggest(nowhere.path, new Set([...there, ...there.flatMap(foldersOver)]));
    const message = `${step} left nothing that is called ${nowhere.path}`;
    return failed(call, { code: 'fetch-missing', message, ...(near === undefined ? {} : { hint: `did you mean ${near}?` }) });
  }
  return found.ok ? found.value : failed(call, found.error);
}

/** Whether it is to be brought: with --review somebody has to say so who saw it. */
async function reviewed(call: Call, shown: FetchShown): Promise<boolean> {
  const { options, surroundings } = call;
  if (!options.review || options.yes) return true;
  if (!canAsk(surroundings)) {
    call.err.write('nothing was fetched: there is nobody to ask; with -y it is\n');
    return false;
  }
  call.err.write(fetchLines(shown, await call.paint(), call.columns));
  return await confirm(surroundings, `Fetch ${fetchCounts(shown)}?`);
}

async function take(call: Call, { ground, signal }: Visit, workspace: Workspace, root: string, far: FarFiles): Promise<number> {
  const { io, folders } = ground;
  const memory = memoryOf(call, ground);
  const run = runName(io);
  const stage = `${folders.project}/stage/${io.nonce().slice(0, 16)}`;
  const stored = (digest: string): string | undefined => memory.store.pathOf(digest);
  const line = progressLine(call, io.clock);
  const inUse = (holder: Holder): number => {
    complain(call, { message: `the project is in use by ${describeHolder(holder)}`, hint: 'fetch again when it has ended' });
    return EXIT.failed;
  };
  const worker = livingHolder(io.files, folders);
  if (worker !== undefined) return inUse(worker); // before anything travels in vain
  try {
    makeFolder(io.files, root);
    const lands = { workspace, files: io.files, here: root, stored, lies: () => false, stage, nonce: io.nonce, progress: line.tell };
    const staged = await bring(lands, far).finally(line.end);
    if (!staged.ok) return signal.aborted ? EXIT.failed : failed(call, staged.error);
    const lock = tryLock(io, { path: join(folders.project, 'lock'), self: whoAmI(io.files), command: 'sbx fetch' });
    if (!lock.ok) return failed(call, lock.error);
    if (!('release' in lock.value)) return inUse(lock.value);
    using _lock = lock.value;
    // What is learnt of a folder is of no use in another one.
    const scene = { io, root, folder: folders.project, store: memory.store, memo: openMemo(io, `${stage}.memo`), run };
    const put = putBrought(scene, stage, staged.value.tree.entries);
    if (!put.ok) return failed(call, put.error);
    if (io.files.existsSync(`${folders.project}/trash/${run}`)) call.err.write(`what was there is in .sbx/trash/${run}\n`);
    return EXIT.done;
  } finally {
    io.files.rmSync(stage, { recursive: true, force: true });
  }
}

async function tell(call: Call, shown: FetchShown, brought: boolean): Promise<void> {
  const { options } = call;
  if (options.json) {
    call.out.write(fetchJson(shown, brought));
    return;
  }
  if (options.level !== 'quiet' && !(options.review && brought && canAsk(call.surroundings)))
    call.out.write(fetchLines(shown, await call.paint(), call.columns));
  if (!brought && shown.files.every(({ is }) => is === 'same')) {
    call.out.write(shown.files.length === 1 ? 'it is here already\n' : `all ${shown.files.length} files are here already\n`);
    return;
  }
  const counts = fetchCounts(shown);
  call.out.write(brought ? `fetched ${counts}\n` : options.dryRun ? `would fetch ${counts}\n` : `not fetched: ${counts}\n`);
}

/** `a` and `a/b` of `a/b/c`. */
function foldersOver(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

function failed(call: Call, failure: Failure): number {
  complain(call, failure);
  return exitCode([{ is: 'failed', failure }], undefined);
}
