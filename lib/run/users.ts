/** Who uses what several runs share. Each user is a file whose name says which process it is, as in a lock; one of a dead process counts no more. */
import { makeFolder } from '../io/replace.ts';
import type { Files, Io } from '../model/io.ts';
import { contentOf, describeHolder, type Holder, holderNamed, nameOf } from './holder.ts';
import { isProvablyDead, whoAmI } from './self.ts';

export interface Use {
  /** Says which process it is, also to later ones. */
  readonly name: string;
  readonly nonce: string;
  /** The others, for people. What dead ones left is cleared. */
  others(): readonly string[];
  /** Never throws. */
  end(): void;
}

/** `folder` is the thing's own. Throws what a file operation threw. */
export function beginUse(io: Pick<Io, 'files' | 'nonce'>, folder: string, command: string): Use {
  const { files } = io;
  const self = whoAmI(files);
  const holder: Holder = { ...self, nonce: io.nonce(), command };
  const name = nameOf(holder);
  makeFolder(files, folder, 0o700);
  files.writeFileSync(`${folder}/${name}`, contentOf(holder), { mode: 0o600 });
  return {
    name,
    nonce: holder.nonce,
    others: () =>
      usersIn(files, folder, (dead) => files.rmSync(dead, { force: true })).flatMap((one) =>
        one.nonce === holder.nonce ? [] : [describeHolder(one)],
      ),
    end: () => {
      try {
        files.rmSync(`${folder}/${name}`, { force: true });
      } catch {
        // This process ends soon, and is then provably dead.
      }
    },
  };
}

/** Says which process this is, also to later ones; the same each time. */
export function userName(files: Files): string {
  return nameOf({ ...whoAmI(files), nonce: 'sbx', command: '' });
}

/** True only if it is proven that the process which that name is of lives no more. */
export function isUserDead(files: Files, name: string): boolean {
  const holder = holderNamed(name);
  return holder !== undefined && isProvablyDead(files, holder, whoAmI(files));
}

/** All that live, or may. `dead` is told the file of each that does not. */
export function usersIn(files: Files, folder: string, dead: (path: string) => void = () => {}): readonly Holder[] {
  const self = whoAmI(files);
  if (!files.existsSync(folder)) return [];
  return files.readdirSync(folder).flatMap((name) => {
    const holder = holderNamed(name);
    if (holder === undefined) return [];
    if (!isProvablyDead(files, holder, self)) return [{ ...holder, ...said(files, `${folder}/${name}`) }];
    dead(`${folder}/${name}`);
    return [];
  });
}

function said(files: Files, path: string): Pick<Holder, 'host' | 'command'> {
  try {
    const [host = '', command = ''] = files.readFileSync(path, 'utf8').split('\n');
    return { host, command };
  } catch {
    return { host: '', command: 'a run that ends' };
  }
}
