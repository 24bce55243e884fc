import { sandboxfileFields } from '../schema/sandboxfile.ts';
import { stepFields } from '../schema/step.ts';
import { unknownKey } from '../schema/unknown-key.ts';
import type { Layer } from './layers.ts';
import type { Report } from './report.ts';
import { type Section, sectionOf } from './section.ts';

const KEYS = Object.keys(sandboxfileFields.tunnels.of.fields);

/** Puts what stands below `tunnels:` among the steps: each is a step of the task of that name, with few keys. */
export function layTunnels(layers: readonly Layer[], steps: Section, report: Report): void {
  for (const [name, entry] of sectionOf(layers, 'tunnels', report)) {
    const { origin } = entry;
    if (steps.has(name)) {
      report.add(
        'conflicting-keys',
        `a step is called \`${name}\` already`,
        { ...origin, part: 'key' },
        'Steps that need it name it as a step.',
      );
      continue;
    }
    for (const [key, field] of entry.fields) {
      if (KEYS.includes(key) || !Object.hasOwn(stepFields, key)) continue; // what no step has is told with the other keys of a tunnel
      const { code, message, hint } = unknownKey(key, KEYS, 'a tunnel');
      report.add(code, message, { ...field, part: 'key' }, hint);
      entry.fields.delete(key);
    }
    entry.fields.set('task', { value: 'tunnel', layer: entry.layer, ...origin });
    steps.set(name, entry);
  }
}
