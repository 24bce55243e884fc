import { rmSync } from 'node:fs';
import type { Program, Said } from '../../rig/peer.ts';
import type { Case, Scene } from './case.ts';
import { endless } from './fiction.ts';

// Lies of a far side while it is arrived at, synced to and built on: what it says may spoil its own work, nothing of ours.

type Change = (honest: Said & { readonly stdout: Buffer }, scene: Scene) => Partial<Said> | Promise<Partial<Said>>;

const changed = (name: string, program: Program, change: Change, says: RegExp | undefined, more: Partial<Case> = {}): Case => ({
  name,
  lie: (scene) => async (asked) => {
    if (asked.program !== program) return undefined;
    const honest = await asked.honest();
    scene.struck();
    return { ...honest, ...(await change(honest, scene)) };
  },
  ...(says === undefined ? {} : { says }),
  ...more,
});
/** What it says instead; the program is not run. */
const instead = (name: string, program: Program, fields: readonly string[], says: RegExp | undefined, more: Partial<Case> = {}): Case => ({
  name,
  lie: (scene) => async (asked) => {
    if (asked.program !== program) return undefined;
    scene.struck();
    return { stdout: Buffer.from(fields.map((field) => `${field}\0`).join('')), exit: { code: 0 } };
  },
  ...(says === undefined ? {} : { says }),
  ...more,
});
const more = (honest: { readonly stdout: Buffer }, ...fields: readonly string[]): Partial<Said> => ({
  stdout: Buffer.concat([Buffer.from(fields.map((field) => `${field}\0`).join('')), honest.stdout]),
});
/** No word of how it ended. */
const SILENT = { exit: undefined } as unknown as Partial<Said>;
const ESCAPES = '\u001b[2J\u009b1m\u0007';

export const SYNCS: readonly Case[] = [
  instead('sync: nothing is said of the workspace', 'arrive', ['lack', '', 'done'], /did not say what is there/),
  instead('sync: it lacks escapes', 'arrive', ['lack', `${ESCAPES} tar`, 'done'], /lacks .* tar/),
  changed(
    'sync: a clock beyond time, odd holds and probes',
    'arrive',
    (honest) =>
      more(
        honest,
        'clock',
        '9e999',
        'hold',
        '__proto__',
        'f'.repeat(64),
        'hold',
        '../../steps',
        'f'.repeat(64),
        'probe',
        '__proto__',
        '0',
        ESCAPES,
      ),
    undefined,
  ),
  changed(
    'sync: an arrival without end',
    'arrive',
    () => ({ stdout: endless(Buffer.from('hold\0x\0'.repeat(5000))) }),
    /answers more than/,
    { memory: 300 },
  ),
  changed('sync: no exit status on arrival', 'arrive', () => SILENT, /without an exit status/),
  instead('sync: all is the same, in an empty workspace', 'check', ['', '', 'same'], undefined),
  instead('sync: other words', 'check', ['', '', 'perhaps'], /the answer of the far side is not whole/),
  instead(
    'sync: edits outside of the workspace',
    'check',
    ['', '', 'edited', './../victim/precious', '', 'f644', './../victim/precious', '', '', '', 'end'],
    undefined,
  ),
  instead('sync: edits cut short', 'check', ['', '', 'edited', './src/a'], /the answer of the far side is not whole/),
  instead(
    'sync: a survey that names what is outside',
    'survey',
    ['', '', 'all', './../precious', '/etc/passwd', './.sbx/sentinel', '..', '', 'end'],
    undefined,
    {
      lie: lieTwice('survey', ['', '', 'all', './../precious', '/etc/passwd', './.sbx/sentinel', '..', '', 'end']),
    },
  ),
  changed(
    'sync: done, and nothing was put there',
    'apply',
    async (_, { workspace }) => {
      rmSync(`${workspace}/src`, { recursive: true });
      return {};
    },
    /exited with 1/,
  ),
  instead('sync: not said to be done', 'apply', [], /did not say that the sync is complete/),
  changed(
    'sync: things moved aside that are none',
    'apply',
    (honest) => more(honest, 'aside', `../../victim/${ESCAPES}`, 'ahead', '-9e999', 'stuck', '/etc/passwd'),
    undefined,
  ),
  changed('sync: exit 255 after all was done', 'apply', () => ({ exit: { code: 255 } }), /failed on the far side \(exit 255\)/),
  changed('sync: no exit status after all was done', 'apply', () => SILENT, /without an exit status/),
  {
    name: 'sync: a list of what was sent that names what is outside',
    build: String.raw`printf './../precious\0./../../victim/precious\0./.sbx/../../precious\0' >>.sbx/sent; rm -f .sbx/receipt`,
    between: ['  again: { task: sync, in: far, needs: [build], exclude: [Sandboxfile.yaml, out, work] }', 'again'],
  },
  {
    name: 'sync: the workspace becomes a link while it is built in',
    build: 'mv "$PWD" "$PWD.real"; ln -s ../victim "$PWD"',
    says: /is gone or became a link/,
  },
];

/** The same for a survey, which is only asked for where a workspace has no receipt and is not empty. */
function lieTwice(program: Program, fields: readonly string[]): NonNullable<Case['lie']> {
  return (scene) => async (asked) => {
    if (asked.program === 'check') return { stdout: Buffer.from('\0\0other\0full\0\0'), exit: { code: 0 } };
    if (asked.program !== program) return undefined;
    scene.struck();
    return { stdout: Buffer.from(fields.map((field) => `${field}\0`).join('')), exit: { code: 0 } };
  };
}

const job = (name: string, how: (mark: string) => string | undefined, says: RegExp, over: Partial<Said> = {}, exit = 1): Case => ({
  name: `build: ${name}`,
  lie:
    ({ struck }) =>
    async (asked) => {
      if (asked.program !== 'job') return undefined;
      struck();
      const said = how(asked.mark);
      return { stdout: Buffer.from(said ?? ''), exit: { code: 0 }, ...over };
    },
  says,
  exit,
});

export const BUILDS: readonly Case[] = [
  { ...job('exit 0, and nothing was done', (mark) => `${mark} 0\n`, /there is no out in the workspace/), lasts: true },
  job('no word of how it ended, exit 0', () => 'all is well\n', /ended without an exit status/),
  job('no word, no exit status', () => '', /ended without an exit status/, SILENT),
  job('an exit code that is none', (mark) => `${mark} 0x0\n`, /ended without an exit status/),
  job('an empty exit code', (mark) => `${mark} \n`, /ended without an exit status/),
  job('exit -0', (mark) => `${mark} -0\n`, /ended without an exit status/),
  job('exit 0 cut before the newline', (mark) => `${mark} 0`, /ended without an exit status/),
  job('exit 255', (mark) => `${mark} 255\n`, /exited with 255/),
  job('ended by a signal', (mark) => `${mark} 137\n`, /SIGKILL|137/),
  job('stopped by nobody', (mark) => `${mark} stopped\n`, /heard nothing/, {}, 4),
  job('nothing began', () => 'banner\n', /login shell ended|no exit status|without an exit status/, { unmarked: true }),
];
