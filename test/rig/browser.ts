import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { withFolder } from './folder.ts';

/** The program of Debian's package of the same name. */
export const BROWSER = 'chromium-headless-shell';

/** What a page looks like to the one who looks at it. */
export interface Look {
  readonly scheme?: 'light' | 'dark';
  /** Absent: the screen; a PDF is printed. */
  readonly media?: 'print';
  readonly width?: number;
}

/** One open page. */
export interface Page {
  /** The value of an expression in the page, as JSON has it. */
  ask<T>(expression: string): Promise<T>;
  look(look: Look): Promise<void>;
  /** A real click in the middle of the first element of the selector. */
  click(selector: string): Promise<void>;
  /** Real keys: `Tab`, `Shift+Tab`, `Enter`, `ArrowDown`, or one sign. */
  keys(...names: readonly string[]): Promise<void>;
  pdf(): Promise<Buffer>;
  screenshot(): Promise<Buffer>;
  /** What the browser complained of: errors and warnings of the console, exceptions, breaches of the policy. */
  readonly complaints: readonly string[];
  /** What was asked for beside the page itself. */
  readonly requests: readonly string[];
}

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the protocol of the browser
  readonly params?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the protocol of the browser
  readonly result?: any;
  readonly error?: { readonly message: string };
}

/** Opens the file in a browser without a window, by the protocol of its developer tools over two pipes. The browser ends with `use`. */
export function withPage<T>(file: string, use: (page: Page) => Promise<T>, look: Look = {}): Promise<T> {
  return withFolder(async (folder) => {
    mkdirSync(join(folder, 'home'));
    const args = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', `--user-data-dir=${folder}/profile`];
    const child = spawn(BROWSER, args, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      detached: true, // a group of its own: the program is a script that starts the browser, and that starts others
      env: { PATH: process.env.PATH, HOME: join(folder, 'home') },
    });
    const gone = new Promise<never>((_, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => reject(new Error(`the browser ended: ${code ?? signal}`)));
    });
    gone.catch(() => {});
    const ended = new Promise((resolve) => child.on('close', resolve));
    try {
      return await Promise.race([gone, opened(talk(child.stdio[3] as Writable, child.stdio[4] as Readable), file, look).then(use)]);
    } finally {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      for (const pipe of child.stdio) pipe?.destroy();
      await ended;
    }
  });
}

interface Talk {
  // biome-ignore lint/suspicious/noExplicitAny: the protocol of the browser
  send(method: string, params?: object, sessionId?: string): Promise<any>;
  hear(listener: (message: Message) => void): void;
}

function talk(to: Writable, from: Readable): Talk {
  const waiting = new Map<number, (message: Message) => void>();
  const listeners: ((message: Message) => void)[] = [];
  let rest = '';
  let last = 0;
  to.on('error', () => {}); // said by the end of the browser
  from.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\0');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      if (message.id === undefined) for (const listener of listeners) listener(message);
      else waiting.get(message.id)?.(message);
    }
  });
  return {
    send: (method, params = {}, sessionId) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, ({ result, error }) => (error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result)));
        to.write(`${JSON.stringify({ id: last, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
      }),
    hear: (listener) => void listeners.push(listener),
  };
}

async function opened({ send, hear }: Talk, file: string, first: Look): Promise<Page> {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  // biome-ignore lint/suspicious/noExplicitAny: the protocol of the browser
  const call = (method: string, params?: object): Promise<any> => send(method, params, sessionId);
  const url = `file://${file}`;
  const complaints: string[] = [];
  const requests: string[] = [];
  const loaded = new Promise<void>((resolve) => {
    hear(({ method, params }) => {
      if (method === 'Page.loadEventFired') resolve();
      if (method === 'Runtime.exceptionThrown')
        complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
      if (method === 'Runtime.consoleAPICalled') complaints.push(`console.${params.type}: ${JSON.stringify(params.args)}`);
      if (method === 'Log.entryAdded') complaints.push(params.entry.text);
      if (method === 'Network.requestWillBeSent' && params.request.url !== url) requests.push(params.request.url);
    });
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await call(`${domain}.enable`);
  const look = async ({ scheme = 'light', media, width = 1400 }: Look): Promise<void> => {
    await call('Emulation.setEmulatedMedia', { media: media ?? '', features: [{ name: 'prefers-color-scheme', value: scheme }] });
    await call('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
  };
  await look(first);
  await call('Page.navigate', { url });
  await loaded;
  const ask = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await call('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  };
  return {
    ask,
    look,
    async click(selector) {
      const spot = await ask<{ readonly x: number; readonly y: number }>(
        `(() => { const node = document.querySelector(${JSON.stringify(selector)}); node.scrollIntoView({ block: 'center' });
          const { x, y, width, height } = node.getBoundingClientRect(); return { x: x + width / 2, y: y + height / 2 }; })()`,
      );
      for (const type of ['mousePressed', 'mouseReleased'])
        await call('Input.dispatchMouseEvent', { type, ...spot, button: 'left', clickCount: 1 });
    },
    async keys(...names) {
      for (const name of names) {
        const key = name.replace(/^Shift\+/, '');
        const text = key.length === 1 ? key : key === 'Enter' ? '\r' : undefined;
        const event = { key, code: key, windowsVirtualKeyCode: CODES[key] ?? 0, modifiers: name.startsWith('Shift+') ? 8 : 0 };
        await call('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', ...event, ...(text ? { text } : {}) });
        await call('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
      }
    },
    pdf: async () => Buffer.from((await call('Page.printToPDF', { preferCSSPageSize: true })).data, 'base64'),
    screenshot: async () => Buffer.from((await call('Page.captureScreenshot', { captureBeyondViewport: true })).data, 'base64'),
    complaints,
    requests,
  };
}

const CODES: { readonly [key: string]: number } = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  PageUp: 33,
  PageDown: 34,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
};
