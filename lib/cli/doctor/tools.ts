import { findExecutable } from '../../io/executable.ts';
import { LOCAL, type Project } from '../../model/project.ts';
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
const CLIENT: { readonly [installer: string]: string } = { dnf: 'openssh-clients', pacman: 'openssh', brew: 'openssh' };

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
    const packaged = name === 'ssh' ? (CLIENT[installer ?? ''] ?? 'openssh-client') : name;
    return { is: 'error', says: `${name} is not on the PATH: ${by}`, ...(install === undefined ? {} : { mend: `${install} ${packaged}` }) };
  });
}

/** Names, and what wants them; the first who wants one is named. */
function wantedBy(project: Project | undefined): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  const want = (name: string, by: string): unknown => wanted.has(name) || wanted.set(name, by);
  for (const { name, kind, files } of project?.sandboxes.values() ?? []) {
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
