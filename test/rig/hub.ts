import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An entry of the catalogue, as whoever registers sends it. */
export interface HubEntry {
  readonly id: number;
  readonly capability_type: string;
  readonly title: string;
  readonly domain?: string;
  readonly keywords?: readonly string[];
}

/** What a run tells. */
export interface HubNote {
  readonly domain: string;
  readonly event_type: string;
  readonly summary: string;
  readonly detail: { readonly [key: string]: unknown };
}

/** A State Hub of ours, with a catalogue that does not filter: a real HTTP server. */
export interface TestHub {
  readonly url: string;
  readonly port: number;
  entries: HubEntry[];
  /** Those that came whole, in their order. */
  readonly notes: HubNote[];
  /** Called with each path that something is posted to, before it is answered. */
  posted: (path: string) => void | Promise<void>;
  /** What is posted is kept; this is done in place of the answer. */
  instead?: ((answer: ServerResponse) => void) | undefined;
}

export async function withHub(work: (hub: TestHub) => Promise<void>): Promise<void> {
  const server = createServer(async (request, answer) => {
    const [, path = '', id = ''] = /^(\/[a-z-]+\/)([^/?]*)(?:\?.*)?$/.exec(request.url ?? '') ?? [];
    if (path !== '/capability-catalog/' && path !== '/progress/') return void answer.writeHead(404).end();
    if (request.method === 'GET') return void answer.end(JSON.stringify({ results: hub.entries }));
    if (request.method === 'DELETE') {
      hub.entries = hub.entries.filter((one) => String(one.id) !== id);
      return void answer.writeHead(204).end();
    }
    let text = '';
    for await (const chunk of request) text += chunk;
    await hub.posted(path);
    const body = JSON.parse(text);
    const kept = { id: 100 + hub.entries.length + hub.notes.length, ...body };
    if (path === '/progress/') hub.notes.push(body);
    else hub.entries.push(kept);
    if (hub.instead) hub.instead(answer);
    else answer.writeHead(201).end(JSON.stringify(kept));
  }).listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  const hub: TestHub = { url: `http://127.0.0.1:${port}`, port, entries: [], notes: [], posted: () => {} };
  try {
    await work(hub);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Ways of a hub to be wrong. */
export const WRONG: { readonly [way: string]: (answer: ServerResponse) => void } = {
  'says nothing': () => {},
  'hangs in the middle of its answer': (answer) => void answer.writeHead(201, { 'content-type': 'application/json' }).write('{"id":'),
  'answers with 500': (answer) => void answer.writeHead(500).end('{"detail":"no"}'),
  'leads elsewhere': (answer) => void answer.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  'sends garbage': (answer) => void answer.end('<html>\u0000'),
  'cuts its answer off': (answer) => void answer.writeHead(201, { 'content-length': '100' }).write('{', () => answer.destroy()),
  'hangs up': (answer) => void answer.destroy(),
};
