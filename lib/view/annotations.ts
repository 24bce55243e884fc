import { neutral } from './neutral.ts';

/** An error that a compiler reported, as far as its output tells. */
export interface Annotation {
  /** Relative to the project where that is known. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `src/Main.hs:3:8: error: [GHC-88464]`, `main.c:3:8: fatal error: ...`, and the range of GHC: `Main.hs:(3,8)-(4,2): error`. */
const ERROR = /^\s*((?:[A-Za-z]:)?[^\s:()][^:()]*):(?:(\d+):(\d+)(?:-\d+)?|\((\d+),(\d+)\)-\(\d+,\d+\)): (?:fatal )?error:? ?(.*)$/;
/** Lines that follow an error and belong to it: indented, not the drawing of the source. */
const MORE = /^\s{2,}(?![0-9 ]*\|)\S/;

/**
 * Errors of GHC and of gcc and its likes in the output of a step, at most `most`. Files below `workspace`, where the step ran, are made relative to it.
 */
export function annotationsOf(lines: readonly string[], workspace: string | undefined, most: number): Annotation[] {
  const found: Annotation[] = [];
  for (let at = 0; at < lines.length && found.length < most; at++) {
    const match = ERROR.exec(neutral((lines[at] ?? '').slice(0, 2000)));
    if (!match) continue;
    const parts = [match[6] ?? ''];
    for (let next = at + 1; next < lines.length && parts.length < 6 && MORE.test(neutral((lines[next] ?? '').slice(0, 2000))); next++) {
      parts.push(neutral(lines[next] ?? '').trim());
    }
    const path = match[1] ?? '';
    const root = workspace === undefined ? undefined : `${workspace.replace(/\/$/, '')}/`;
    found.push({
      file: root !== undefined && path.startsWith(root) ? path.slice(root.length) : path,
      line: Number(match[2] ?? match[4]),
      column: Number(match[3] ?? match[5]),
      message: parts.filter((part) => part !== '').join('\n') || 'error',
    });
  }
  return found;
}
