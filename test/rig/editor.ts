import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from './cli.ts';

const SERVER = join(REPOSITORY, 'node_modules/yaml-language-server/bin/yaml-language-server');
/** Where the cursor stands in a text. */
const CURSOR = '^';

interface Position {
  readonly line: number;
  readonly character: number;
}

interface Found {
  readonly message: string;
  /** What is underlined. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Published {
  readonly uri: string;
  readonly diagnostics: readonly {
    readonly message: string;
    readonly range: { readonly start: Position; readonly end: Position };
  }[];
}

/** An editor with its YAML support: yaml-language-server, a process of its own, asked over stdio as editors do. */
export interface Editor {
  /** What is offered at the `^` of a text: the labels, in order of the alphabet. */
  readonly offers: (text: string) => Promise<readonly string[]>;
  /** What is shown when the mouse rests at the `^`; nothing: ''. */
  readonly hover: (text: string) => Promise<string>;
  /** What is wrong with a text, from its beginning to its end. */
  readonly problems: (text: string) => Promise<readonly Found[]>;
}

/** Opens texts as files of the folder. No setting names a schema: what the editor knows it has from the text. */
export async function withEditor<T>(folder: string, use: (editor: Editor) => Promise<T>): Promise<T> {
  const server = spawn(process.execPath, [SERVER, '--stdio'], { cwd: folder, stdio: 'pipe' });
  server.stderr.resume();
  const ended = once(server, 'exit');
  try {
    return await use(await start(server, folder));
  } finally {
    server.kill('SIGKILL');
    await ended;
  }
}

async function start(server: ChildProcessWithoutNullStreams, folder: string): Promise<Editor> {
  const asked = new Map<number, (answer: Message) => void>();
  const judged = new Map<string, (published: Published) => void>();
  const send = (message: object): void => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    server.stdin.write(body);
  };
  const ask = async (method: string, params: object): Promise<unknown> => {
    const id = asked.size + 1;
    const answered = new Promise<Message>((settle) => asked.set(id, settle));
    send({ id, method, params });
    const { error, result } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  onMessages(server, (message) => {
    const { id, method, params } = message;
    if (method === undefined) asked.get(id ?? 0)?.(message);
    else if (id !== undefined) send({ id, result: null });
    else if (method === 'textDocument/publishDiagnostics') judged.get((params as Published).uri)?.(params as Published);
  });

  const capabilities = { textDocument: { completion: { completionItem: { snippetSupport: true } }, hover: {} } };
  await ask('initialize', { processId: process.pid, rootUri: pathToFileURL(folder).href, capabilities });
  send({ method: 'initialized', params: {} });
  const yaml = { schemaStore: { enable: false }, completion: true, hover: true, validate: true };
  send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml } } });

  // Each text is a file of its own, so that no answer belongs to another one.
  const shown = new Map<string, { readonly uri: string; readonly judgement: Promise<Published> }>();
  const show = (text: string) => {
    const there = shown.get(text);
    if (there) return there;
    const uri = pathToFileURL(join(folder, `${shown.size}.yaml`)).href;
    const judgement = new Promise<Published>((settle) => judged.set(uri, settle));
    shown.set(text, { uri, judgement });
    send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
    return { uri, judgement };
  };
  const at = async (method: string, marked: string): Promise<unknown> => {
    const { text, position } = cursorIn(marked);
    return ask(method, { textDocument: { uri: show(text).uri }, position });
  };

  return {
    offers: async (text) => {
      const { items } = (await at('textDocument/completion', text)) as { readonly items: readonly { readonly label: string }[] };
      return [...new Set(items.map(({ label }) => label))].sort();
    },
    hover: async (text) => {
      const found = (await at('textDocument/hover', text)) as { readonly contents: { readonly value: string } } | null;
      return found?.contents.value ?? '';
    },
    problems: async (text) => {
      const { diagnostics } = await show(text).judgement;
      const found = diagnostics.map(({ message, range }) => ({ message, line: range.start.line + 1, text: between(text, range) }));
      return found.sort((one, other) => one.line - other.line);
    },
  };
}

function onMessages(server: ChildProcessWithoutNullStreams, take: (message: Message) => void): void {
  let pending = Buffer.alloc(0);
  server.stdout.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      const [, digits] = /Content-Length: (\d+)/.exec(pending.subarray(0, Math.max(end, 0)).toString()) ?? [];
      const length = Number(digits);
      if (digits === undefined || pending.length < end + 4 + length) return;
      const body = pending.subarray(end + 4, end + 4 + length).toString();
      pending = pending.subarray(end + 4 + length);
      take(JSON.parse(body) as Message);
    }
  });
}

function cursorIn(marked: string): { readonly text: string; readonly position: Position } {
  const [before = '', ...after] = marked.split(CURSOR);
  const lines = before.split('\n');
  return { text: before + after.join(CURSOR), position: { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 } };
}

function between(text: string, { start, end }: Published['diagnostics'][number]['range']): string {
  const lines = text.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  return lines.map((line, at) => line.slice(at === 0 ? start.character : 0, at === last ? end.character : undefined)).join('\n');
}
