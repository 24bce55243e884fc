import type { Script } from '../model/script.ts';
import type { Entry } from './layers.ts';
import type { Report } from './report.ts';
import type { Scope } from './scope.ts';

/** To come: holes. */
export function readScript(
  entry: Entry,
  _scopeOf: (layer: number) => Scope,
  how: { readonly shell: 'sh' | 'bash' | 'argv' | undefined; readonly named: boolean },
  report: Report,
): Script | undefined {
  const field = entry.fields.get('run');
  if (field === undefined) return undefined;
  if (typeof field.value !== 'string') return void report.add('wrong-type', 'text is wanted', field);
  return { shell: how.shell === 'bash' ? 'bash' : 'sh', text: field.value, variables: [], source: field.value };
}
