import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** The completion script of a shell, made from the tables of commands and flags. Names of steps and sandboxes are asked of `sbx __complete`. */
export function completionScript(shell: Shell): string {
  if (shell === 'bash') return bashScript();
  return shell === 'zsh' ? zshScript() : fishScript();
}
