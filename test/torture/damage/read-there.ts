import { closeSync, fstatSync, lstatSync, openSync, utimesSync } from 'node:fs';

/** Whether anybody read a file, whichever program: by the time of its last access. */
interface Reading extends Disposable {
  readonly wasRead: boolean;
}

/** Long before its last change: then every reading is noted, as far as the disk notes any (relatime). */
const LONG_AGO = 1;

/** The file itself is watched, whatever comes into its place meanwhile. */
export function readingOf(path: string): Reading {
  const fd = openSync(path, 'r');
  utimesSync(path, LONG_AGO, lstatSync(path).mtime);
  return {
    get wasRead() {
      return fstatSync(fd).atimeMs > LONG_AGO * 1000;
    },
    [Symbol.dispose]: () => closeSync(fd),
  };
}
