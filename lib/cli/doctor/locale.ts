import { shellQuote } from '../../base/quote.ts';
import { makeWalker } from '../../io/walk.ts';
import type { Finding } from './finding.ts';
import type { Patient } from './patient.ts';

interface LocaleSeen {
  /** The variable that says how text is encoded, and its value; undefined: none is set. */
  readonly set: readonly [variable: string, locale: string] | undefined;
  /** Those that are installed; undefined where the system does not list them: it takes every name then. */
  readonly known: readonly string[] | undefined;
  /** A file of the project whose name is not ASCII. */
  readonly odd: string | undefined;
}

export async function lookAtLocale({ io, root, project, signal }: Patient): Promise<LocaleSeen> {
  const variable = ['LC_ALL', 'LC_CTYPE', 'LANG'].find((name) => (io.environment.get(name) ?? '') !== '');
  const set = variable === undefined ? undefined : ([variable, io.environment.get(variable) ?? ''] as const);
  let said = '';
  const take = (chunk: Uint8Array): void => {
    said += Buffer.from(chunk).toString('latin1');
  };
  const command = { file: 'locale', args: ['-a'], cwd: '/', env: [...io.environment], killGrace: 1000 };
  const ended = await io.spawn(command, { signal, stdout: take, stderr: () => {} });
  const known = ended.ok && said !== '' ? said.trim().split('\n') : undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  const isOdd = (path: string): boolean => /[^\x00-\x7f]/.test(path);
  const asks = project !== undefined && (set === undefined || isPlain(set[1]) || !isKnown(set[1], known));
  const odd = asks
    ? makeWalker(io.files, root)
        .all(() => false)
        .found.find(({ path }) => isOdd(path))?.path
    : undefined;
  return { set, known, odd };
}

export function judgeLocale({ set, known, odd }: LocaleSeen): readonly Finding[] {
  const [variable, locale] = set ?? ['LANG', 'C'];
  const mend = `export ${variable}=C.UTF-8`;
  const breaks =
    odd === undefined
      ? ''
      : `; ${JSON.stringify(odd)} has other letters than those of ASCII, which GHC, Python and others then cannot read`;
  if (!isPlain(locale) && !isKnown(locale, known)) {
    const says = `the locale ${locale}, which ${variable} names, does not exist here: programs take C in its place${breaks}`;
    return [{ is: 'warning', says, mend: isKnown('C.UTF-8', known) ? mend : `sudo locale-gen ${shellQuote(locale)}` }];
  }
  if (isPlain(locale) && odd !== undefined) {
    const says = `the locale is ${set === undefined ? 'not set, which means C' : locale}${breaks}`;
    return [{ is: 'warning', says, mend }];
  }
  return [{ is: 'ok', says: `the locale is ${set === undefined ? 'not set, which means C' : locale}` }];
}

function isPlain(locale: string): boolean {
  return locale === 'C' || locale === 'POSIX';
}

/** `en_US.UTF-8` is listed as `en_US.utf8`. */
function isKnown(locale: string, known: readonly string[] | undefined): boolean {
  const plain = (name: string): string => {
    const [, language = name, codeset = '', modifier = ''] = /^([^.@]*)(?:\.([^@]*))?(@.*)?$/.exec(name) ?? [];
    return `${language}.${codeset.toLowerCase().replace(/[^a-z0-9]/g, '')}${modifier}`;
  };
  return known === undefined || isPlain(locale) || known.some((name) => plain(name) === plain(locale));
}
