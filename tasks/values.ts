import { err, ok, type Result } from '../lib/base/result.ts';
import { hintOf } from '../lib/base/suggest.ts';
import type { Failure } from '../lib/model/failure.ts';
import type { Outputs } from '../lib/model/output.ts';
import type { Step } from '../lib/model/project.ts';
import type { Session } from '../lib/model/sandbox.ts';

// Values that a command writes to the file that SBX_OUTPUT names, in whatever place it runs.

/** All of them together, in bytes: they become words of commands and parts of records. */
const MOST = 64 * 1024;

/** $1: the file. It is there and empty before the command begins. What is left of a former attempt, which may still write, goes with its folder. */
const MAKE = `umask 077; rm -rf -- "\${1%/*}" && mkdir -p -- "\${1%/*}" && : >"$1"`;
/** $2: how much of it is read. */
const TAKE = `[ -f "$1" ] && [ ! -h "$1" ] && head -c "$2" <"$1"; taken=$?; rm -rf -- "\${1%/*}"; exit $taken`;

interface Values {
  /** What SBX_OUTPUT says. */
  readonly path: string;
  /** What the command wrote, once it has ended well. */
  read(): Promise<Result<Outputs, Failure>>;
}

/** `path`: absolute, in the place of the session: a name that no other attempt has, in a folder of the step's own. */
export async function openValues(
  declared: NonNullable<Step['values']>,
  path: string,
  session: Session,
  signal: AbortSignal,
): Promise<Result<Values, Failure>> {
  const made = await session.program(MAKE, [path], { signal });
  if (!made.ok) return made;
  if (!isDone(made.value.exit))
    return err({ code: 'value-refused', message: `cannot make ${path} for its values: ${made.value.stderr.trim()}` });
  return ok({
    path,
    async read() {
      const taken = await session.program(TAKE, [path, String(MOST + 1)], { signal });
      if (!taken.ok) return taken;
      if (!isDone(taken.value.exit)) return refused('the file that SBX_OUTPUT names is gone, or no file any more');
      return valuesOf(taken.value.stdout, Object.keys(declared));
    },
  });
}

function isDone(exit: { readonly code: number } | { readonly signal: string }): boolean {
  return 'code' in exit && exit.code === 0;
}

/** `name=text` on a line; or `name<<END`, lines, and `END`. The last one of a name counts. */
function valuesOf(bytes: Uint8Array, declared: readonly string[]): Result<Outputs, Failure> {
  if (bytes.length > MOST)
    return refused(`its values are more than ${MOST / 1024} KiB`, 'write them to a file, and declare that in `outputs`');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refused('its values are not UTF-8');
  }
  if (text.includes('\0')) return refused('its values hold a NUL character: no variable can be given it');
  const values: { [name: string]: string } = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line === '') continue;
    const [, name, mark, rest] = /^([^=<]*)(=|<<)(.*)$/s.exec(line) ?? [];
    if (name === undefined || rest === undefined)
      return refused(
        `line ${at + 1} of what it wrote is no NAME=text: ${JSON.stringify(line.slice(0, 60))}`,
        'for several lines write NAME<<END, the lines, and END',
      );
    if (!declared.includes(name)) return refused(`it wrote a value \`${name}\` that it does not declare`, hintOf(name, declared));
    if (mark === '=') values[name] = rest;
    else {
      const end = lines.indexOf(rest, at + 1);
      if (end < 0) return refused(`the value \`${name}\` does not end: there is no line ${JSON.stringify(rest)}`);
      values[name] = lines.slice(at + 1, end).join('\n');
      at = end;
    }
  }
  const [missing] = declared.filter((name) => !Object.hasOwn(values, name));
  if (missing === undefined) return ok(values);
  const hint = `write for example echo "${missing}=..." >>"$SBX_OUTPUT"`;
  return err({ code: 'value-missing', message: `the command succeeded and did not write the value \`${missing}\``, hint });
}

function refused(message: string, hint?: string): Result<never, Failure> {
  return err({ code: 'value-refused', message, ...(hint === undefined ? {} : { hint }) });
}
