import { hintOf } from '../base/suggest.ts';
import { LOCAL, type SandboxName, type SandboxSpec } from '../model/project.ts';
import type { Ask } from './ask.ts';
import type { Field } from './field.ts';
import { below, type Report } from './report.ts';
import type { Entry } from './section.ts';

// Where a sandbox is: one host, one of several, or none.

export const ANOTHER_NAME = 'Give the sandbox another name.';

/** Keys that are of one computer. */
const OF_ONE = ['host', 'machine', 'tunnel'] as const;

/** The hosts of a sandbox as they were read, if they can stand there. */
export function readHosts(
  { name, fields }: Pick<Entry, 'name' | 'fields'>,
  hosts: SandboxSpec['hosts'],
  report: Report,
): SandboxSpec['hosts'] {
  const field = fields.get('hosts');
  const refuse = (at: Field, message: string, hint: string): void => report.add('conflicting-keys', message, { ...at, part: 'key' }, hint);
  const assign = fields.get('assign');
  if (field === undefined) {
    if (assign) refuse(assign, '`assign` chooses among `hosts`, and there are none', 'Name the `hosts`.');
    return undefined;
  }
  const other = OF_ONE.find((key) => fields.has(key));
  if (name === LOCAL) refuse(field, '`local` is this computer and has no hosts', ANOTHER_NAME);
  else if (other !== undefined)
    refuse(field, `\`hosts\` and \`${other}\` cannot stand together`, `\`${other}\` is of one computer: take one of both away.`);
  if (hosts === undefined || hosts === 'bridge') return hosts;
  if (hosts.length === 0) report.add('bad-value', 'there is no host among `hosts`', field, 'Name one, or take `hosts` away.');
  for (const [i, host] of hosts.entries()) {
    const at = below(field, i);
    if (host === LOCAL || host === 'embedded')
      report.add('bad-value', `\`${host}\` is no computer that is reached by SSH`, at, 'Take it away, or name it by `--host`.');
    else if (hosts.indexOf(host) < i) report.add('bad-value', `\`${host}\` stands there twice`, at, 'Take one of both away.');
  }
  return hosts;
}

interface Written {
  readonly host: string | undefined;
  readonly hosts: SandboxSpec['hosts'];
  readonly machine: boolean;
}

export function placeOf(name: SandboxName, written: Written, ask: Ask): Pick<SandboxSpec, 'kind' | 'host' | 'hosts' | 'only'> {
  if (name === LOCAL || ask.local) return { kind: 'local' };
  const chosen = chosenHost(name, ask.host);
  const { hosts } = written;
  if (chosen === undefined && written.machine) return { kind: 'machine' };
  if (chosen === undefined && hosts !== undefined) return { kind: 'ssh', hosts };
  const host = chosen ?? written.host;
  if (host === undefined || host === 'embedded') return { kind: 'embedded' };
  if (host === LOCAL) return { kind: 'local' };
  // It is the same place then, so what is known of it still holds.
  return hosts === 'bridge' || hosts?.includes(host) ? { kind: 'ssh', hosts, only: host } : { kind: 'ssh', host };
}

/** `--host HOST` is for every sandbox, `--host NAME=HOST` for one. */
export function chosenHost(name: SandboxName, host: string | undefined): string | undefined {
  const { only, place } = partsOf(host);
  return only === undefined || only === name ? place : undefined;
}

function partsOf(host: string | undefined): { readonly only?: string; readonly place: string | undefined } {
  const [, only, place] = /^([a-z][a-z0-9_-]*)=(.+)$/.exec(host ?? '') ?? [];
  return only === undefined ? { place: host } : { only, place };
}

/** What --host names and no file has. */
export function checkHost({ host }: Ask, known: ReadonlyMap<SandboxName, SandboxSpec>, report: Report): void {
  const { only } = partsOf(host);
  if (only === undefined || known.has(only)) return;
  const others = [...known.keys()].filter((name) => name !== LOCAL);
  const hint = others.length === 0 ? 'The file has none.' : hintOf(only, others);
  report.add('unknown-sandbox', `--host ${host}: there is no sandbox \`${only}\``, undefined, hint);
}
