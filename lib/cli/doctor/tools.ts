import { findExecutable } from '../../io/executable.ts';
import { LOCAL, type Project, type SandboxSpec } from '../../model/project.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface ToolSeen {
  readonly name: string;
  /** For what it is wanted. */
  readonly by: string;
  /** Undefined: it is not on the PATH. */
  readonly path: string | undefined;
}

interface ToolsSeen {
  readonly tools: readonly ToolSeen[];
  /** The program that installs packages here. */
  readonly installer: string | undefined;
}

export const INSTALL: { readonly [installer: string]: string } = {
  'apt-get': 'sudo apt-get install',
  dnf: 'sudo dnf install',
  pacman: 'sudo pacman -S',
  apk: 'sudo apk add',
  brew: 'brew install',
};
/** Of programs whose package is called otherwise: its name, and where that is another one. */
const PACKAGED: { readonly [program: string]: { readonly [installer: string]: string } } = {
  ssh: { '': 'openssh-client', dnf: 'openssh-clients', pacman: 'openssh', brew: 'openssh' },
  'qemu-system-x86_64': { '': 'qemu-system-x86', dnf: 'qemu-system-x86-core', apk: 'qemu-system-x86_64', brew: 'qemu' },
  'qemu-img': { '': 'qemu-img', 'apt-get': 'qemu-utils', brew: 'qemu' },
  flock: { '': 'util-linux', brew: 'flock' },
  VBoxManage: { '': 'virtualbox' },
  xorriso: { '': 'xorriso', pacman: 'libisoburn' },
};
/** What a driver wants on the computer of its machines. */
const OF_DRIVER: { readonly [driver: string]: readonly string[] } = {
  qemu: ['qemu-system-x86_64', 'qemu-img', 'perl', 'flock'],
  virtualbox: ['VBoxManage'],
};

export function lookAtTools({ surroundings, io: { files, environment }, project, root }: Patient): ToolsSeen {
  const path = environment.get('PATH') ?? '';
  const find = (name: string): string | undefined => findExecutable(name, path, root, files);
  return {
    tools: [...wantedBy(project)].map(([name, by]) => ({ name, by, path: find(name) })),
    installer: Object.keys(INSTALL).find((name) => (name !== 'brew' || surroundings.os === 'darwin') && find(name) !== undefined),
  };
}

export function judgeTools({ tools, installer }: ToolsSeen): readonly Finding[] {
  return tools.map(({ name, by, path }) => {
    if (path !== undefined) return { is: 'ok', says: `${name} is ${path}` };
    const install = installer === undefined ? undefined : INSTALL[installer];
    const packages = PACKAGED[name] ?? {};
    const packaged = packages[installer ?? ''] ?? packages[''] ?? name;
    return { is: 'error', says: `${name} is not on the PATH: ${by}`, ...(install === undefined ? {} : { mend: `${install} ${packaged}` }) };
  });
}

/** Whether it is this computer. */
export function isHere(sandbox: SandboxSpec | undefined): boolean {
  return sandbox?.kind === 'local' || sandbox?.kind === 'embedded';
}

/** Names, and what wants them; the first who wants one is named. */
function wantedBy(project: Project | undefined): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  const want = (name: string, by: string): unknown => wanted.has(name) || wanted.set(name, by);
  for (const { name, kind, files, machine } of project?.sandboxes.values() ?? []) {
    if (machine !== undefined && isHere(project?.sandboxes.get(machine.hypervisor))) {
      for (const program of OF_DRIVER[machine.driver] ?? []) want(program, `the driver ${machine.driver} moves ${name} with it`);
      if (machine.keys.by === 'nocloud') want('xorriso', `it makes the disk that gives ${name} its keys`);
    }
    if (kind === 'ssh') want('ssh', `${name} is reached as ssh_config says`);
    if (kind !== 'local' && files === 'git') want('git', `it says which files go to ${name}`);
  }
  for (const { id, sandbox, script, tools } of project?.steps.values() ?? []) {
    if (sandbox !== LOCAL) continue;
    if (script?.shell === 'bash') want('bash', `the step ${id} is written for it`);
    for (const tool of tools) want(tool, `the step ${id} names it`);
  }
  return wanted;
}
