import { cargoFile, goFile } from './compiled.ts';
import { npmFile } from './npm.ts';
import type { Read, Recognised } from './recognised.ts';

interface Kind {
  readonly name: string;
  /** The file that gives the kind away. */
  readonly sign: (names: readonly string[]) => string | undefined;
  readonly make: (sign: string, names: readonly string[], read: Read) => Recognised;
}

const named =
  (...wanted: readonly string[]) =>
  (names: readonly string[]): string | undefined =>
    wanted.find((name) => names.includes(name));

/** The most telling first: a Makefile often wraps another tool. */
const KINDS: readonly Kind[] = [
  {
    name: 'cabal',
    sign: (names) => named('cabal.project')(names) ?? names.find((name) => name.endsWith('.cabal') && name !== '.cabal'),
    make: () => ({
      text: 'version: 1\nuse: haskell-remote-build\n',
      why: [
        'The recipe haskell-remote-build has the steps sync, remote-build, remote-test, remote-ghci, fetch-artifacts and vm-info.',
        'It builds on haskell-build, an alias of your ssh_config; for another host add `with: { vm: user@host }`, or try it here: sbx run --host embedded.',
      ],
    }),
  },
  { name: 'cargo', sign: named('Cargo.toml'), make: cargoFile },
  { name: 'go', sign: named('go.mod'), make: goFile },
  { name: 'npm', sign: named('package.json'), make: npmFile },
  { name: 'make', sign: named('GNUmakefile', 'makefile', 'Makefile'), make: makeFile },
];

/** Chooses a Sandboxfile by the names of the files in a folder. Pure: `read` is asked for a few small files. */
export function recognise(names: readonly string[], read: Read): Recognised {
  const found = KINDS.flatMap((kind) => {
    const sign = kind.sign(names);
    return sign === undefined ? [] : [{ kind, sign }];
  });
  const [first, ...others] = found;
  if (!first) return unknown();
  const { text, why } = first.kind.make(first.sign, names, read);
  const article = first.kind.name === 'npm' ? 'an' : 'a';
  const more = others.map(({ kind, sign }) => `There is a ${sign} too; steps for ${kind.name} can be added.`);
  return { text, why: [`This is ${article} ${first.kind.name} project: there is ${first.sign}.`, ...why, ...more] };
}

function makeFile(sign: string, _: readonly string[], read: Read): Recognised {
  const targets = ['test', 'check'].filter((target) => new RegExp(`^${target}\\s*:(?!=)`, 'm').test(read(sign) ?? ''));
  const tests = targets.slice(0, 1).map((target) => `  test:\n    needs: [build]\n    run: make ${target}\n`);
  return {
    text: `version: 1\ndefault: [build]\nsteps:\n  build:\n    run: make\n${tests.join('')}`,
    why: ['make decides itself what is up to date, so the steps declare no outputs and call it every time.'],
  };
}

function unknown(): Recognised {
  return {
    text: 'version: 1\ndefault: [hello]\nsteps:\n  hello:\n    run: echo hello\n',
    why: ['No cabal, cargo, go, npm or make project was recognised, so this is one step to begin with.'],
  };
}
