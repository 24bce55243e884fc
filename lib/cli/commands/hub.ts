import { join, resolve } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import { parseDocument } from '../../config/document.ts';
import { saysNothing, setFields } from '../../config/edit-yaml.ts';
import { hubAddress } from '../../hub/address.ts';
import { AGENT_TYPE, agentsAmong, CATALOG, entriesIn, idIn, TYPE_TITLE, typeEntry } from '../../hub/catalog.ts';
import { askHub, HUB_PATIENCE, type Hub } from '../../hub/client.ts';
import { nearestFile } from '../../io/nearest.ts';
import { readRegular } from '../../io/read-regular.ts';
import { replaceFile } from '../../io/replace.ts';
import { errnoOf, fileTrouble } from '../../io/trouble.ts';
import type { Io } from '../../model/io.ts';
import { EXIT } from '../../run/exit-code.ts';
import { documentOf } from '../../view/document.ts';
import { rows } from '../../view/rows.ts';
import { alone, type Refusal, realPath } from '../alone.ts';
import { type Call, complain, refuse } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import { hubDomain, hubNamed } from '../hub/named.ts';
import { stoppable } from '../stoppable.ts';

const REFS = 'state-hub-refs.yml';
const TYPE_ID = 'capability_type_entry_id';
const OF_TYPE = `${CATALOG}?capability_type=${AGENT_TYPE}`;

export async function hub(call: Call): Promise<number> {
  const { surroundings, words } = call;
  const [which, ...names] = words.operands;
  const named = hubNamed(surroundings.environment, 'http://127.0.0.1:8000');
  const url = named && hubAddress(named.text);
  if (url === undefined) return refuse(call, `${named?.by} is no address of a State Hub`, 'e.g. http://127.0.0.1:8000, without a password');
  const asked: Hub = { url, patience: HUB_PATIENCE };
  if (which === 'find') return await stoppable(surroundings, (signal) => find(call, names, asked, signal));
  if (names[0] !== undefined) return refuse(call, `sbx hub register does not take "${names[0]}"`);
  return await stoppable(surroundings, async (signal) => {
    const registered = await register(call, asked, signal);
    if (!registered.ok) {
      complain(call, registered.error);
      return EXIT.failed;
    }
    call.out.write(call.options.json ? documentOf('hub-type', 1, registered.value) : `${AGENT_TYPE} is ${registered.value.id}\n`);
    return EXIT.done;
  });
}

async function find(call: Call, names: readonly string[], asked: Hub, signal: AbortSignal): Promise<number> {
  const answer = await askHub(asked, OF_TYPE, undefined, signal);
  if (!answer.ok) {
    complain(call, answer.error);
    return EXIT.failed;
  }
  const known = agentsAmong(entriesIn(answer.value));
  const agents =
    names.length === 0 ? known : known.filter(({ hostname, port }) => names.some((one) => one === hostname || one === `${port}`));
  const missing = names.filter((one) => !agents.some(({ hostname, port }) => one === hostname || one === `${port}`));
  if (call.options.json) call.out.write(documentOf('hub-agents', 1, { agents, missing }));
  else {
    const lines = rows(
      agents.map(({ id, hostname, port, ghc }) => [hostname, `${port ?? ''}`, ghc === '' ? '' : `GHC ${ghc}`, id]),
      call.columns,
    );
    call.out.write(lines.length === 0 ? 'no agent has registered\n' : `${lines.join('\n')}\n`);
    for (const name of missing) complain(call, { message: `no agent ${name} has registered` });
  }
  return missing.length === 0 ? EXIT.done : EXIT.failed;
}

/** Posted once: what the file says counts, then what the hub has, since an earlier answer may have been lost. */
async function register(
  call: Call,
  asked: Hub,
  signal: AbortSignal,
): Promise<Result<{ readonly id: string; readonly file: string }, Refusal>> {
  const { surroundings, options } = call;
  const { environment } = surroundings;
  const io = effectsOf(surroundings);
  const cwd = resolve(surroundings.cwd, options.directory ?? '.');
  const file = realPath(io, nearestFile(io.files, cwd, REFS) ?? join(cwd, REFS));
  const { state } = foldersOf(environment, '/');
  return await alone(io, { file, state, command: 'sbx hub register' }, signal, async () => {
    const refs = readRefs(io, file);
    if (!refs.ok) return refs;
    if (refs.value.id !== undefined) return ok({ id: refs.value.id, file });
    const known = await askHub(asked, OF_TYPE, undefined, signal);
    if (!known.ok) return known;
    const there = entriesIn(known.value).find(({ title }) => title === TYPE_TITLE)?.id;
    const posted = there === undefined ? await askHub(asked, CATALOG, typeEntry(hubDomain(environment)), signal) : undefined;
    if (posted?.ok === false) {
      const hint = 'it may have been posted: the next try looks first';
      return err({ message: posted.error.message, ...(posted.error.mayBeDone ? { hint } : {}) });
    }
    const id = there ?? (posted === undefined ? undefined : idIn(posted.value));
    if (id === undefined) return err({ message: `the State Hub at ${asked.url} gave no id` });
    try {
      replaceFile(io, file, setFields(refs.value.text, [], { [TYPE_ID]: id }));
    } catch (thrown) {
      return err(fileTrouble(thrown, 'write', file));
    }
    return ok({ id, file });
  });
}

function readRefs(io: Io, file: string): Result<{ readonly text: string; readonly id: string | undefined }, Refusal> {
  try {
    const text = readRegular(io.files, file).toString('utf8');
    if (saysNothing(text)) return ok({ text, id: undefined });
    const { value, diagnostics } = parseDocument(file, Buffer.from(text));
    const [wrong] = diagnostics;
    if (value === undefined || wrong)
      return err({ message: `${file}${wrong?.span ? `:${wrong.span.start.line}:${wrong.span.start.column}` : ''}: ${wrong?.message}` });
    const id = value.root.get(TYPE_ID);
    return ok({ text, id: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined });
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return ok({ text: '', id: undefined });
    return err(fileTrouble(thrown, 'read', file));
  }
}
