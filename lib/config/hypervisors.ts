import type { MachineSpec } from '../model/machine-spec.ts';
import { LOCAL, type SandboxName, type SandboxSpec } from '../model/project.ts';
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
  const named = new Map<string, SandboxName>();
  for (const spec of specs.values()) {
    const { name, machine } = spec;
    if (machine === undefined) continue;
    const members = membersOf(section.get(name)?.fields.get('machine'));
    if (machine.name !== undefined && !machine.clone) {
      const other = named.get(machine.name);
      const message = `\`${name}\` and \`${other}\` are both the machine \`${machine.name}\``;
      if (other !== undefined)
        report.add('conflicting-keys', message, members.get('name'), 'Use one sandbox for both, or name two machines.');
      named.set(machine.name, name);
    }
    const holder = holderOf(spec, machine, specs, members.get('hypervisor'), report);
    const image = members.get('image');
    const lacks = [...new Set([...(spec.lacks ?? []), ...(holder.lacks ?? [])])];
    specs.set(name, {
      ...spec,
      machine: {
        ...machine,
        hypervisor: holder.name,
        ...(machine.image && image ? { image: imageOn(holder, machine.image, image, scopeOf(image.layer), report) } : {}),
      },
      ...(lacks.length === 0 ? {} : { lacks }),
    });
  }
}

/** That of the machine; where something is wrong with it, and that is reported, this computer. */
function holderOf(
  spec: SandboxSpec,
  { hypervisor }: MachineSpec,
  specs: ReadonlyMap<SandboxName, SandboxSpec>,
  at: Field | undefined,
  report: Report,
): SandboxSpec {
  const holder = specs.get(hypervisor);
  if (holder !== undefined && holder.kind !== 'machine' && holder.hosts === undefined) return holder;
  if (holder === undefined) addUnknownSandbox(hypervisor, specs.keys(), at, report);
  else {
    const message = `\`${hypervisor}\` ${whyNot(holder, spec)}`;
    report.add('conflicting-keys', message, at, 'Name the sandbox of a computer, or `local`.');
  }
  return specs.get(LOCAL) as SandboxSpec;
}

function whyNot(holder: SandboxSpec, spec: SandboxSpec): string {
  if (holder.hosts !== undefined) return 'is one of several computers, and a machine stays on one';
  return holder === spec ? 'cannot hold itself' : 'is a machine itself, and holds none';
}

/** A path of this computer may be as seen from the file that names it; of others nothing is known but their roots. */
function imageOn(holder: SandboxSpec, image: string, at: Field, scope: Scope, report: Report): string {
  if (holder.kind !== 'ssh') return pathHere(image, scope);
  if (image.startsWith('/')) return image;
  const message = `path \`${image}\` is not absolute, and the image lies on the computer of \`${holder.name}\``;
  report.add('bad-path', message, at, 'Write it from the root.');
  return image;
}
