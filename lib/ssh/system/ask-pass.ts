import type { Files } from '../../model/io.ts';
import type { AskPassphrase } from '../identities.ts';

/**
 * The program that ssh starts to ask something (SSH_ASKPASS). It says what on ssh's stderr, behind a mark that sbx knows, and waits for the
 * answer at a pipe of its own: so nothing that is secret lies in a file. Without an answer ssh goes on to the next key.
 */
export const ASK_PASS = `#!/bin/sh
mark=$SBX_ASK_MARK pipe=$0.$$
text=$(printf %s "$1" | tr '\\n' ' ')
case \${SSH_ASKPASS_PROMPT-} in
  none)
    printf '%s note - %s\\n' "$mark" "$text" >&2
    exec sleep 600 ;;
  ?*) exit 1 ;;
esac
mkfifo -m 600 "$pipe" && exec 3<>"$pipe" || exit 1
printf '%s ask %s %s\\n' "$mark" "$pipe" "$text" >&2
IFS= read -r answer <&3
rm -f -- "$pipe"
case $answer in
  +*) printf '%s\\n' "\${answer#+}" ;;
  *) exit 1 ;;
esac
`;

interface Asked {
  readonly mark: string;
  readonly files: Pick<Files, 'openSync' | 'writeSync' | 'closeSync'>;
  readonly ask: (what: Wanted) => Promise<string | undefined>;
  readonly note: (text: string) => void;
}

/** What a user is asked for: `passphrase` or `PIN`, of a key file. */
export interface Wanted {
  readonly file: string;
  readonly kind: Parameters<AskPassphrase>[2];
}

/** Takes the lines of ASK_PASS out of what ssh says on stderr, and answers them; the rest is given back. */
export function answering({ mark, files, ask, note }: Asked): (line: string) => string | undefined {
  return (line) => {
    if (!line.startsWith(`${mark} `)) return line;
    const [, what, pipe = '', ...words] = line.split(' ');
    const text = words.join(' ').trim();
    if (what === 'note') note(text);
    else {
      const wanted = wantedBy(text);
      const answer = wanted === undefined ? Promise.resolve(undefined) : ask(wanted);
      void answer.then((word) => tell(pipe, word === undefined ? '-' : `+${word}`, files));
    }
    return undefined;
  };
}

/** Passphrases and PINs of keys, nothing else: sbx gives no password to a server. */
function wantedBy(text: string): Wanted | undefined {
  const passphrase = /^Enter passphrase for (?:key )?'?(.*?)'?: ?$/.exec(text)?.[1];
  if (passphrase !== undefined) return { file: passphrase, kind: 'passphrase' };
  const pin = /^Enter PIN (?:and confirm user presence )?for \S+ key (.*?): ?$/.exec(text)?.[1];
  return pin === undefined ? undefined : { file: pin, kind: 'PIN' };
}

function tell(pipe: string, word: string, files: Asked['files']): void {
  try {
    const end = files.openSync(pipe, 'r+'); // so it never waits for a reader that is gone
    files.writeSync(end, `${word}\n`);
    files.closeSync(end);
  } catch {
    // ssh does not wait any more
  }
}
