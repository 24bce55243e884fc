import { suggest } from '../base/suggest.ts';

// What a step can be for: a system, or a system and an architecture, as Node calls them.

const SYSTEMS = ['linux', 'darwin', 'windows', 'freebsd'] as const;
const ARCHITECTURES = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64'] as const;

export const PLATFORM = `^(${SYSTEMS.join('|')})(/(${ARCHITECTURES.join('|')}))?$`;

/** What others call them. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ...['macos', 'mac', 'osx'].map((name) => [name, 'darwin'] as const),
  ...['win', 'win32'].map((name) => [name, 'windows'] as const),
  ...['amd64', 'x86_64', 'x86-64'].map((name) => [name, 'x64'] as const),
  ...['aarch64', 'armv8'].map((name) => [name, 'arm64'] as const),
  ...['i386', '386', 'x86'].map((name) => [name, 'ia32'] as const),
]);

/** What to write in place of a text that is no platform. */
export function platformLike(text: string): string {
  const parts = text.toLowerCase().split('/');
  const [system, arch] = parts.length === 1 && isArchitecture(parts[0] ?? '') ? [undefined, parts[0]] : parts;
  const near = system === undefined ? 'linux' : nearest(system, SYSTEMS);
  const nearArch = arch === undefined ? undefined : nearest(arch, ARCHITECTURES);
  if (near === undefined || (arch !== undefined && nearArch === undefined) || parts.length > 2)
    return `Write a system (${SYSTEMS.join(', ')}), or one with an architecture, as in linux/x64.`;
  return `Did you mean \`${nearArch === undefined ? near : `${near}/${nearArch}`}\`?`;
}

function isArchitecture(word: string): boolean {
  return nearest(word, SYSTEMS) === undefined && nearest(word, ARCHITECTURES) !== undefined;
}

function nearest(word: string, known: readonly string[]): string | undefined {
  const other = OTHERS.get(word);
  return other !== undefined && known.includes(other) ? other : suggest(word, known);
}
