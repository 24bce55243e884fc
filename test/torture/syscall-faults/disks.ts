import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, SBX } from '../../rig/cli.ts';
import { projectIn, type TestProject } from '../../rig/project.ts';
import { type Ran, toldBy } from '../damage/station.ts';
import { wrongOutput } from '../damage/story.ts';
import type { Trial } from '../row.ts';
import { busyIn, PATIENCE, SITUATIONS, type Situation, type World, wrongEnd, wrongUnder } from './world.ts';

// Real disks that are full, without inodes or read-only, in a mount namespace of their own: nothing of them is seen outside, and nothing is left.

const PLACES = { store: 'home/.cache/sbx', '.sbx': 'project/.sbx', project: 'project' } as const;
type Place = keyof typeof PLACES;

interface Disk {
  readonly place: Place;
  readonly situation: Situation;
  readonly name: string;
  /** Code that must be told. */
  readonly error: 'ENOSPC' | 'EROFS';
  /** Shell text that spoils $disk, and that mends it. */
  readonly spoil: string;
  readonly mend: string;
}

const ROOM = 'mount -o remount,size=200m,nr_inodes=100000 "$disk"';

function disks(): readonly Disk[] {
  const found: Disk[] = [];
  for (const situation of SITUATIONS.slice(0, 3)) {
    for (const place of Object.keys(PLACES) as Place[]) {
      const common = { place, situation };
      for (const pages of [0, 1, 4, 9]) {
        // What is there is measured, and so much more may come.
        const spoil = `used=$(df --output=used -k "$disk" | tail -1); mount -o remount,size=$((used + ${pages * 4} + 1 - (used + ${pages * 4} > 0)))k "$disk"`;
        found.push({ ...common, name: `${pages} pages left`, error: 'ENOSPC', spoil, mend: ROOM });
      }
      for (const inodes of [0, 1, 3]) {
        const spoil = `used=$(df --output=iused "$disk" | tail -1); mount -o remount,nr_inodes=$((used + ${inodes})) "$disk"`;
        found.push({ ...common, name: `${inodes} inodes left`, error: 'ENOSPC', spoil, mend: ROOM });
      }
      found.push({
        ...common,
        name: 'read-only',
        error: 'EROFS',
        spoil: 'mount -o remount,ro "$disk"',
        mend: 'mount -o remount,rw "$disk"',
      });
    }
  }
  return found;
}

/** $1 node, $2 sbx, $3 folder of the trial; `disk` is the folder below it, `spoil` and `mend` are shell text, `patience` is in seconds. Keeps what each run said and left. */
const SCRIPT = `
disk="$3/$disk"
mkdir -p "$disk" "$3/kept"
cp -a "$disk" "$3/kept/disk"
mount -t tmpfs -o size=200m,nr_inodes=100000 tmpfs "$disk" || exit 99
cp -a "$3/kept/disk/." "$disk/"
eval "$spoil" || exit 98
for n in 1 2 3; do
  if [ $n = 2 ]; then cd / && eval "$mend" || exit 97; fi
  cd "$3/project" && timeout -k 3 "$patience" "$1" "$2" run --json --continue=always >"$3/$n.out" 2>"$3/$n.err"
  echo $? >"$3/$n.code"
  mkdir "$3/left-$n"
  cp -a "$3/project" "$3/left-$n/project"
done
`;

export async function canMount(): Promise<boolean> {
  const ended = await execute('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { cwd: '/', home: '/tmp/none' }).catch(
    () => undefined,
  );
  return ended?.code === 0;
}

export function diskTrials(world: World): readonly Trial[] {
  return disks().map((disk) => ({
    name: `${disk.situation.name}: ${disk.place}, ${disk.name}`,
    run: () => world.with(disk.situation, (project, folder) => spoilt(project, folder, disk)),
  }));
}

async function spoilt(project: TestProject, folder: string, { place, situation, spoil, mend, error }: Disk): Promise<string | undefined> {
  const env = { disk: PLACES[place], spoil, mend, patience: `${PATIENCE}` };
  const arranged = await execute('unshare', ['-m', 'sh', '-c', SCRIPT, 'sh', process.execPath, SBX, folder], {
    cwd: folder,
    home: project.home,
    env,
  });
  if (arranged.code !== 0) return `the disk could not be arranged: ${arranged.code} ${arranged.stderr}`;
  const [first, next, third] = [1, 2, 3].map((n) => ranIn(folder, n)) as [Ran, Ran, Ran];
  const left = (n: number): TestProject => projectIn(join(folder, `left-${n}/project`), project.home);
  const said = first.stdout + first.stderr;
  const isNeeded = place !== 'store';
  // A command of the user's that finds no room says so itself.
  const own = first.code === 1 && /No space left|Read-only file system/.test(said);
  const wrong = own && isNeeded ? first.fault : wrongUnder(left(1), first, situation, error, !isNeeded);
  if (wrong !== undefined) return wrong;
  if (!isNeeded && situation.name !== 'restore' && first.warnings.length !== 1)
    return `${first.warnings.length} warnings, not one:\n${first.warnings.join('\n')}\n${said}`;
  const after = next.fault ?? wrongEnd(next, 0) ?? wrongOutput(left(2), situation.version);
  if (after !== undefined) return `the next run: ${after}`;
  const busy = busyIn(third);
  if (busy.length > 0) return `not fresh in the third run: ${busy.join(', ')}`;
  return wrongEnd(third, 0) ?? wrongOutput(left(3), situation.version);
}

function ranIn(folder: string, n: number): Ran {
  const text = (name: string): string => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  return toldBy({ code: Number(text(`${n}.code`)), signal: null, stdout: text(`${n}.out`), stderr: text(`${n}.err`) });
}

/** Few descriptors: from none for the program itself to none for its commands. */
export function descriptorTrials(
  world: World,
  after: (project: TestProject, situation: Situation) => Promise<string | undefined>,
): readonly Trial[] {
  const [first, rebuild] = SITUATIONS as [Situation, Situation];
  return [first, rebuild].flatMap((situation) =>
    [18, 19, 20, 21, 22, 23, 24].map((most) => ({
      name: `${situation.name}: ${most} descriptors`,
      run: () =>
        world.with(situation, async (project) => {
          const program = [process.execPath, SBX, 'run', '--json', '--continue=always'];
          const script = `ulimit -n ${most}; exec timeout -k 3 ${PATIENCE} "$@"`;
          const ended = await execute('sh', ['-c', script, 'sh', ...program], { cwd: project.root, home: project.home });
          const ran = toldBy(ended);
          if (!(ran.stdout + ran.stderr).includes('EMFILE')) return `no descriptor was missing: ${ran.code} ${ran.stdout}${ran.stderr}`;
          return wrongUnder(project, ran, situation, 'EMFILE', false) ?? (await after(project, situation));
        }),
    })),
  );
}
