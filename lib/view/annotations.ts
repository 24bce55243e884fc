import { posix } from 'node:path';
import { neutral } from './neutral.ts';

/** An error that a compiler reported, as far as its output tells. */
interface Annotation {
  /** Relative to the repository where that is known. */
  readonly file: string;
  readonly line: number;
  readonly column?: number;
  readonly message: string;
}

/** Where the step ran and where that lies. */
interface Whereabouts {
  /** Absolute folder in which paths of this project begin, on the side where the step ran. */
  readonly workspace?: string | undefined;
  /** Folder of the step below that; `.` or absent: the folder itself. */
  readonly dir?: string | undefined;
  /** Folder of the project in its repository; `.` or absent: the project is the repository. */
  readonly project?: string | undefined;
}

const FILE = '(?<file>(?:[A-Za-z]:)?[^\\s:()][^:()]*)';

/** What compilers print of an error, one line each; GHC gives ranges, too. */
const ERRORS: readonly RegExp[] = [
  // src/Main.hs:3:8: error: [GHC-88464] | main.c:3:8: fatal error: no.h | a.ts:3:8 - error TS1: x | x.ml:3: error: y
  new RegExp(`^\\s*${FILE}:(?<line>\\d+)(?::(?<column>\\d+)(?:-\\d+)?)?(?::| -) (?:fatal )?error:? ?(?<message>.*)$`),
  // Main.hs:(3,8)-(4,2): error
  new RegExp(`^\\s*${FILE}:\\((?<line>\\d+),(?<column>\\d+)\\)-\\(\\d+,\\d+\\): error:? ?(?<message>.*)$`),
  // src/a.ts(3,8): error TS2304: Cannot find name 'x'.
  new RegExp(`^\\s*${FILE}\\((?<line>\\d+),(?<column>\\d+)\\): error (?<message>.*)$`),
  // ./main.go:3:8: undefined: x
  /^(?<file>[^\s:]+\.go):(?<line>\d+):(?<column>\d+): (?<message>.*)$/,
  // Makefile:3: *** missing separator.  Stop.
  /^(?<file>[^\s:]+):(?<line>\d+): \*\*\* (?<message>.*)$/,
];
/** `error[E0425]: cannot find value`; the next line but few says where: ` --> src/main.rs:3:8`. */
const RUST = /^error(?:\[E\d+\])?: (?<message>.*)$/;
const RUST_PLACE = /^\s*--> (?<file>[^:]+):(?<line>\d+):(?<column>\d+)$/;
/** Lines that follow an error and belong to it: indented, not the drawing of the source. */
const MORE = /^\s{2,}(?![0-9 ]*\|)\S/;

/** Errors of GHC, gcc and its likes, rustc, tsc, go and make in the output of a step, at most `most`. */
export function annotationsOf(lines: readonly string[], where: Whereabouts, most: number): Annotation[] {
  const found: Annotation[] = [];
  const text = (at: number): string => neutral((lines[at] ?? '').slice(0, 2000));
  for (let at = 0; at < lines.length && found.length < most; at++) {
    const error = errorAt(text, at);
    if (error === undefined) continue;
    const parts = [error.message ?? ''];
    if (!error.rust)
      for (let next = at + 1; next < lines.length && parts.length < 6 && MORE.test(text(next)); next++) parts.push(text(next).trim());
    found.push({
      file: pathOf(error.file ?? '', where),
      line: Number(error.line),
      ...(error.column === undefined ? {} : { column: Number(error.column) }),
      message: parts.filter((part) => part !== '').join('\n') || 'error',
    });
  }
  return found;
}

function errorAt(text: (at: number) => string, at: number): { [group: string]: string | undefined } | undefined {
  const line = text(at);
  for (const pattern of ERRORS) {
    const groups = pattern.exec(line)?.groups;
    if (groups) return groups;
  }
  const rust = RUST.exec(line)?.groups;
  const place = rust && (RUST_PLACE.exec(text(at + 1)) ?? RUST_PLACE.exec(text(at + 2)))?.groups;
  return place && { ...place, message: rust.message, rust: 'rust' };
}

function pathOf(file: string, { workspace, dir = '.', project = '.' }: Whereabouts): string {
  const root = workspace === undefined ? undefined : `${workspace.replace(/\/$/, '')}/`;
  if (root !== undefined && file.startsWith(root)) return posix.join(project, file.slice(root.length));
  return posix.isAbsolute(file) || /^[A-Za-z]:/.test(file) ? file : posix.join(project, dir, file);
}
