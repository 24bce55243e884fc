import { err, ok, type Result } from '../../base/result.ts';
import type { Failure } from '../../model/failure.ts';
import type { MachineId } from '../../model/machine.ts';
import type { DeedScope } from '../../model/sandbox-machine.ts';
import { bring } from '../bring.ts';
import { lacksCapability } from '../checks.ts';
import { lastLines } from '../hypervisor.ts';
import { type MachineGround, type Material, NOTES, theMachine } from './ground.ts';
import { filesOf, materialDigest, seedOf, wayOf } from './seed.ts';
import { enter } from './wait-for.ts';

/** Keys, a host key and the settings of the agent: by a way beside the network before the first start, or over SSH. */
export async function inject(ground: MachineGround, scope: DeedScope) {
  const { driver, guest, spec } = ground;
  const { signal } = scope;
  const id = await theMachine(ground, signal);
  if (!id.ok) return id;
  const material = guest.material();
  if (!material.ok) return material;
  const notes = await driver.notes(id.value, signal);
  if (!notes.ok) return notes;
  const digest = materialDigest(material.value);
  const known = notes.value.get(NOTES.hostKey);
  if (notes.value.get(NOTES.seeded) === digest) {
    const pinned = known === undefined ? ok(undefined) : guest.pin(known);
    return pinned.ok ? ok({ id: id.value, did: [] }) : pinned;
  }
  if (known !== undefined && notes.value.has(NOTES.given)) {
    const changed = await change(ground, id.value, material.value, known, scope);
    if (!changed.ok) return changed;
    const noted = changed.value ? await noteGiven(ground, id.value, digest, signal) : ok(undefined);
    if (!noted.ok) return noted;
    if (changed.value) return ok({ id: id.value, did: ['changed keys given over SSH'] });
  }
  const facts = await driver.probe(signal);
  if (!facts.ok) return facts;
  const way = wayOf(spec.keys.by, facts.value.seeds);
  if (way === undefined)
    return lacksCapability(driver.name, `way ${spec.keys.by} to a guest`, `it has ${facts.value.seeds.join(', ')}, and ssh`);
  const given =
    way === 'ssh'
      ? await overSsh(ground, id.value, material.value, 'theirs', scope)
      : await outOfBand(ground, id.value, material.value, way, scope);
  if (!given.ok) return given;
  // Last, after all that it says: whoever is killed before it does all of this again.
  const noted = await driver.note(id.value, NOTES.seeded, digest, signal);
  return noted.ok ? ok({ id: id.value, did: [`keys given by ${way}`] }) : noted;
}

/** Into a guest that has our keys already: it stays up, and its host key stays. False: it does not let us in with them any more. */
async function change(
  ground: MachineGround,
  id: MachineId,
  material: Material,
  hostKey: string,
  scope: DeedScope,
): Promise<Result<boolean, Failure>> {
  const pinned = ground.guest.pin(hostKey);
  if (!pinned.ok) return pinned;
  const given = await overSsh(ground, id, material, 'ours', scope);
  if (given.ok) return ok(true);
  return given.error.code === 'machine-stuck' ? ok(false) : given;
}

async function noteGiven({ driver }: MachineGround, id: MachineId, digest: string, signal: AbortSignal): Promise<Result<void, Failure>> {
  const given = await driver.note(id, NOTES.given, digest, signal);
  return given.ok ? driver.note(id, NOTES.seeded, digest, signal) : given;
}

async function outOfBand(
  ground: MachineGround,
  id: MachineId,
  material: Material,
  way: 'credentials' | 'nocloud' | 'folder',
  scope: DeedScope,
): Promise<Result<void, Failure>> {
  const { driver, clock, owner, patiences, guest, wish } = ground;
  const { signal } = scope;
  const alone = ground.alone();
  if (!alone.ok) return alone;
  const off = await bring(
    { driver, clock, owner, patiences, doing: () => scope.note('shuts down, to be given its keys') },
    id,
    'off',
    signal,
  );
  if (!off.ok) return off;
  // While it is not known which keys it will have, nothing may say that it has some.
  const unknown = await driver.note(id, NOTES.seeded, undefined, signal);
  if (!unknown.ok) return unknown;
  const host = guest.hostKey();
  const seeded = await driver.seed(id, seedOf(way, material.user, filesOf(material, host), wish()), signal);
  if (!seeded.ok) return seeded;
  const noted = await driver.note(id, NOTES.hostKey, host.public, signal);
  if (!noted.ok) return noted;
  const fresh = await driver.note(id, NOTES.given, undefined, signal);
  return fresh.ok ? guest.pin(host.public) : fresh;
}

/**
 * $1: folder of the account's keys; $2: the file that keeps the lines it has, or nothing, since who lets us in by it must not be locked out; then for each file its path, owner and mode; their contents, one line of base64 each, come by standard input.
 */
const PUT = `umask 077
sudo=; [ "$(id -u)" = 0 ] || sudo='sudo -n'
mkdir -p -- "$1" || exit 1
kept=$2; shift 2
while [ $# -gt 0 ]; do
  read -r line || exit 1
  case $2 in root) as=$sudo ;; *) as= ;; esac
  { if [ "$1" = "$kept" ] && [ -f "$1" ]; then cat -- "$1"; echo; fi; printf '%s' "$line" | base64 -d; } | if [ "$1" = "$kept" ]; then awk 'NF && !seen[$0]++'; else cat; fi | $as sh -c 'umask 077; cat >"$1.sbx" && chmod "$2" "$1.sbx" && mv -f -- "$1.sbx" "$1"' sh "$1" "$3" || exit 1
  shift 3
done
$sudo systemctl try-restart build-agent.service >/dev/null 2>&1 || :`;

/** Into a guest that lets us in already, or the user, whose host key is then the one that the user trusts. */
async function overSsh(
  ground: MachineGround,
  id: MachineId,
  material: Material,
  as: 'ours' | 'theirs',
  scope: DeedScope,
): Promise<Result<void, Failure>> {
  const { driver, clock, owner, patiences } = ground;
  const running = await bring({ driver, clock, owner, patiences }, id, 'running', scope.signal);
  if (!running.ok) return running;
  const there = await enter(ground, scope, as);
  if (!there.ok) return there;
  await using session = there.value.got;
  const files = filesOf(material, undefined);
  const words = files.flatMap(({ path, owner: of, mode }) => [path, of, mode]);
  const lines = Buffer.from(files.map(({ content }) => `${Buffer.from(content).toString('base64')}\n`).join(''));
  const folder = files[0]?.path.replace(/\/[^/]*$/, '') ?? '.ssh';
  const kept = as === 'theirs' ? (files[0]?.path ?? '') : '';
  const put = await session.program(PUT, [folder, kept, ...words], { signal: scope.signal, stdin: once(lines) });
  if (!put.ok) return put;
  if ('code' in put.value.exit && put.value.exit.code === 0) return ok(undefined);
  return err({ code: 'far-side-answer', message: `${ground.name} did not take its keys over SSH`, lastLines: lastLines(put.value.stderr) });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
