import { readFileSync } from 'node:fs';
import { parseDuration } from '../../base/duration.ts';
import { limitOf } from '../../io/limit.ts';
import type { Io } from '../../model/io.ts';
import { EXIT } from '../../run/exit-code.ts';
import { type Called, call as callAgent } from '../../ssh/resident/call.ts';
import type { Question } from '../../ssh/resident/words.ts';
import { documentOf } from '../../view/document.ts';
import { agentFolder, agentSocket, allSockets, isOurs } from '../agent/socket.ts';
import { statusText } from '../agent/status-text.ts';
import { type Call, complain, refuse } from '../call.ts';
import { effectsOf } from '../ground.ts';
import { stoppable } from '../stoppable.ts';

/** Milliseconds without a question after which it leaves. */
const IDLE = 600_000;
/** So long an agent has to answer and, told to stop, to go; milliseconds. */
const PATIENCE = 3000;
const NEVER = new AbortController().signal;

export async function agent(call: Call): Promise<number> {
  const [which] = call.words.operands;
  if (which === 'serve') return await serveHere(call);
  const io = effectsOf(call.surroundings);
  const folder = agentFolder(call.surroundings, io.files);
  const sockets = isOurs(folder, io.files) ? allSockets(folder, io.files) : [];
  return which === 'stop' ? await stop(call, io, sockets) : await status(call, io, sockets);
}

async function status(call: Call, io: Io, sockets: readonly string[]): Promise<number> {
  const own = agentSocket(call.surroundings, io.files);
  const agents = await Promise.all(
    sockets.map(async (path) => ({ path, isOwn: path === own, called: await asked(path, { ask: 'status' }) })),
  );
  const known = agents.flatMap(({ path, isOwn, called }) => {
    const state = called.is === 'answered' && called.answer.is === 'status' ? called.answer.status : undefined;
    return called.is === 'absent' ? [] : [{ socket: path, isOwn, state }];
  });
  const text = (): string => statusText(known, io.clock.now());
  call.out.write(call.options.json ? documentOf('agents', 1, { agents: known }) : text());
  return known.length === 0 ? EXIT.failed : EXIT.done;
}

async function stop(call: Call, io: Io, sockets: readonly string[]): Promise<number> {
  let left = 0;
  let stopped = 0;
  for (const path of sockets) {
    const called = await asked(path, { ask: 'stop' });
    if (called.is === 'answered') await gone(io, path);
    // Where nobody listens it is only a name.
    if (called.is === 'absent' && io.files.existsSync(path)) io.files.unlinkSync(path);
    const isThere = io.files.existsSync(path);
    if (isThere && called.is === 'mute') io.files.unlinkSync(path); // it leaves when it finds that out, if it ever does
    if (called.is === 'answered' && !isThere) stopped += 1;
    if (isThere) {
      left += 1;
      complain(call, {
        message: `the resident agent at ${path} does not answer`,
        hint: 'no run asks it any more; `pgrep -af "agent serve"` finds it',
      });
    }
  }
  if (left > 0) return EXIT.failed;
  call.out.write(stopped === 0 ? 'no resident agent runs\n' : 'stopped\n');
  return EXIT.done;
}

async function asked(path: string, question: Question): Promise<Called> {
  using limit = limitOf(NEVER, PATIENCE);
  const called = await callAgent(path, question, limit.signal);
  if (called.is === 'answered') called.connection.socket.end();
  return called;
}

async function gone({ files, clock }: Io, path: string): Promise<void> {
  for (const end = clock.monotonic() + PATIENCE; files.existsSync(path) && clock.monotonic() < end; ) await clock.sleep(20, NEVER);
}

/** What a run starts. */
async function serveHere(call: Call): Promise<number> {
  const { surroundings } = call;
  const text = surroundings.environment.get('SBX_AGENT_IDLE') ?? '';
  const idle = text === '' ? IDLE : parseDuration(text);
  if (idle === undefined) return refuse(call, 'SBX_AGENT_IDLE is not a duration', 'e.g. SBX_AGENT_IDLE=30m');
  const io = effectsOf(surroundings);
  const folder = agentFolder(surroundings, io.files);
  if (!isOurs(folder, io.files, true)) {
    complain(call, {
      message: `${folder} is not a folder that only you can use`,
      hint: 'remove it, or make it yours with mode 0700',
    });
    return EXIT.failed;
  }
  const path = agentSocket(surroundings, io.files);
  const first = questionOnInput(surroundings.stdin.isTTY === true);
  if (io.files.existsSync(path) && (await asked(path, first ?? { ask: 'status' })).is === 'answered') return EXIT.done;
  const { serve } = await import('../agent/serve.ts');
  return await stoppable(surroundings, async (signal) => {
    await serve({
      ...{ io, path, idle, signal, version: surroundings.version(), pid: process.pid },
      first: first && { route: first.route, io: { ...io, environment: new Map(first.env) } },
    });
    return EXIT.done;
  });
}

function questionOnInput(isTerminal: boolean): Extract<Question, { ask: 'link' }> | undefined {
  if (isTerminal) return undefined;
  try {
    const question = JSON.parse(readFileSync(0, 'utf8')) as Question;
    return question.ask === 'link' ? question : undefined;
  } catch {
    return undefined;
  }
}
