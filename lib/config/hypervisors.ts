import type { MachineSpec } from '../model/machine-spec.ts';
import type { SandboxName, SandboxSpec } from '../model/project.ts';
import type { Field } from './field.ts';
import { pathHere } from './path-here.ts';
import { membersOf } from './read-map.ts';
import type { Report } from './report.ts';
import type { Scope } from './scope.ts';
import type { Section } from './section.ts';
import { addUnknownSandbox } from './unknown-sandbox.ts';

/** Joins each machine to the sandbox that holds it: what that lacks is lacked by both, and images lie on its computer. */
export function joinHypervisors(
  specs: Map<SandboxName, SandboxSpec>,
  section: Section,
  scopeOf: (layer: number) => Scope,
  report: Report,
): void {
  for (const spec of specs.values()) {
    const { name, machine } = spec;
    if (machine === undefined) continue;
    const members = membersOf(section.get(name)?.fields.get('machine'));
    const holder = specs.get(machine.hypervisor);
    const at = members.get('hypervisor');
    if (holder === undefined) addUnknownSandbox(machine.hypervisor, specs.keys(), at, report);
    else if (holder.kind === 'machine') {
      const message = holder === spec ? `\`${name}\` cannot hold itself` : `\`${holder.name}\` is a machine itself, and holds none`;
      report.add('conflicting-keys', message, at, 'Name the sandbox of a computer, or `local`.');
    }
    const image = members.get('image');
    const lacks = [...new Set([...(spec.lacks ?? []), ...(holder?.lacks ?? [])])];
    specs.set(name, {
      ...spec,
      machine: holder && image ? imageOn(holder, machine, image, scopeOf(image.layer), report) : machine,
      ...(lacks.length === 0 ? {} : { lacks }),
    });
  }
}

/** A path of this computer may be as seen from the file that names it; of others nothing is known but their roots. */
function imageOn(holder: SandboxSpec, machine: MachineSpec, at: Field, scope: Scope, report: Report): MachineSpec {
  const { image } = machine;
  if (image === undefined) return machine;
  if (holder.kind !== 'ssh') return { ...machine, image: pathHere(image, scope) };
  if (!image.startsWith('/'))
    report.add(
      'bad-path',
      `path \`${image}\` is not absolute, and the image lies on the computer of \`${holder.name}\``,
      at,
      'Write it from the root.',
    );
  return machine;
}
