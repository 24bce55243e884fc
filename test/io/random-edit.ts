import * as fs from 'node:fs';
import { dirname, join } from 'node:path';

/** One edit after the other below `src`, the same ones for the same seed. Each says what it did. */
export function randomEdit(root: string, seed: number): () => string {
  let state = seed;
  let made = 0;
  const below = (most: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const away = `${root}-away`;
  const all = (): readonly fs.Dirent[] => fs.readdirSync(join(root, 'src'), { withFileTypes: true, recursive: true });
  const pick = (is: (one: fs.Dirent) => boolean): string => {
    const ones = all().filter(is);
    const one = ones[below(ones.length)];
    return one === undefined ? join(root, 'src') : join(one.parentPath, one.name);
  };
  const file = (): string => pick((one) => one.isFile());
  const folder = (): string => pick((one) => one.isDirectory());
  const fresh = (): string => {
    made += 1;
    return join(folder(), `new${made}`);
  };
  const text = (): string => `${below(1000)}\n`;
  const edits: Readonly<Record<string, () => void>> = {
    write: () => fs.writeFileSync(file(), text()),
    append: () => fs.appendFileSync(file(), text()),
    create: () => fs.writeFileSync(fresh(), text()),
    createInNew() {
      const path = join(fresh(), 'a/b');
      fs.mkdirSync(dirname(path), { recursive: true });
      fs.writeFileSync(path, text());
    },
    replace() {
      const path = file();
      fs.writeFileSync(`${path}.tmp`, text());
      fs.renameSync(`${path}.tmp`, path);
    },
    rename: () => fs.renameSync(file(), fresh()),
    swap() {
      const [one, other] = [file(), file()];
      fs.renameSync(one, `${one}.swap`);
      if (other !== one) fs.renameSync(other, one);
      fs.renameSync(`${one}.swap`, other);
    },
    remove: () => fs.rmSync(file()),
    removeTree: () => void (all().length > 40 && fs.rmSync(folder(), { recursive: true })),
    moveFolder: () =>
      fs.renameSync(
        pick((one) => one.isDirectory() && one.name.startsWith('e')),
        fresh(),
      ),
    moveOutAndIn() {
      const path = folder();
      fs.renameSync(path, away);
      for (const one of fs.readdirSync(away, { withFileTypes: true })) if (one.isFile()) fs.writeFileSync(join(away, one.name), text());
      fs.renameSync(away, path);
    },
    copyInPlace() {
      const path = folder();
      fs.renameSync(path, away);
      fs.cpSync(away, path, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
      fs.rmSync(away, { recursive: true });
    },
    chmod: () => fs.chmodSync(file(), 0o600 + below(0o177)),
    timesPutBack() {
      const path = file();
      const { atime, mtime, size } = fs.statSync(path);
      fs.writeFileSync(path, 'x'.repeat(size));
      fs.utimesSync(path, atime, mtime);
    },
    link: () => fs.symlinkSync(file(), fresh()),
    fileToLink() {
      const path = file();
      fs.rmSync(path);
      fs.symlinkSync('nowhere', path);
    },
    secondName() {
      const path = file();
      fs.linkSync(path, `${path}.second`);
    },
    folderToLink() {
      const path = pick((one) => one.isDirectory() && one.name.startsWith('e'));
      const to = fresh();
      if (path === join(root, 'src') || to.startsWith(`${path}/`)) return;
      fs.renameSync(path, to);
      fs.symlinkSync(to, path);
    },
  };
  const names = Object.keys(edits);
  return () => {
    const name = names[below(names.length)] as string;
    try {
      edits[name]?.();
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === undefined) throw thrown; // what the system refuses is no edit, e.g. to move a folder into itself
    }
    return name;
  };
}
