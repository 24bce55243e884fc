import { dirname } from 'node:path';
import { makeFolder, replaceFile } from '../../io/replace.ts';
import { errnoOf, fileTrouble } from '../../io/trouble.ts';
import type { Files } from '../../model/io.ts';
import { EXIT } from '../../run/exit-code.ts';
import { ownKnownHosts } from '../../ssh/hostkeys.ts';
import { complain, refuse } from '../call.ts';
import { foldersOf } from '../folders.ts';
import { effectsOf } from '../ground.ts';
import type { BridgeCall } from './part.ts';
import { DEFAULT_USER, isTaken } from './ports.ts';
import { hostsText, isWritable, withPart } from './ssh-config.ts';

const DEFAULT_IDENTITY = '~/.ssh/id_build';

/** Writes the VMs of the registry into the user's ssh_config, or takes them out. Keeps the file of before, and writes nothing where nothing changes. */
export async function writeSshConfig({ call, operands, entries }: BridgeCall): Promise<number> {
  const { surroundings, options } = call;
  const { environment } = surroundings;
  const vms = entries.filter((entry) => isTaken(entry) && entry.vm !== '');
  const unknown = operands.find((name) => !vms.some(({ vm }) => vm === name));
  if (unknown !== undefined) return refuse(call, `${unknown} has no port`, `sbx bridge ports assign ${unknown}`);
  const hosts = vms.filter(({ vm }) => operands.length === 0 || operands.includes(vm));
  if (!options.remove && hosts.length === 0) return refuse(call, 'no VM has a port', 'sbx bridge ports assign VM');
  const knownHosts = ownKnownHosts(foldersOf(environment, '/').state);
  const settings = { user: options.user ?? DEFAULT_USER, identityFile: options.identity ?? DEFAULT_IDENTITY, knownHosts };
  if (![settings.identityFile, knownHosts].every(isWritable) || /[\s"#]/.test(settings.user))
    return refuse(call, 'ssh_config has no way to write this', 'a key is an absolute path or begins with ~/, a user has no blank');
  const part = options.remove ? '' : hostsText(hosts, settings);
  if (options.dryRun) {
    call.out.write(part);
    return EXIT.done;
  }
  const io = effectsOf(surroundings);
  const file = environment.get('SBX_SSH_CONFIG') ?? `${environment.get('HOME')}/.ssh/config`;
  try {
    const path = io.files.existsSync(file) ? io.files.realpathSync(file) : file;
    const before = textIn(io.files, path);
    const after = withPart(before ?? '', part);
    if (after === undefined) return refuse(call, `${file} has only one of the two lines that sbx works between`, 'mend it by hand');
    if (after === (before ?? '')) {
      call.out.write(`${file} is as it should be\n`);
      return EXIT.done;
    }
    makeFolder(io.files, dirname(path), 0o700);
    const mode = before === undefined ? 0o600 : io.files.statSync(path).mode & 0o777;
    const backup = `${path}.before-sbx`;
    if (before !== undefined) replaceFile(io, backup, before, { mode });
    replaceFile(io, path, after, { mode });
    call.out.write(`${file}: ${options.remove ? 'taken out' : hosts.map(({ vm }) => vm).join(', ')}\n`);
    if (before !== undefined) call.out.write(`the file of before is ${backup}\n`);
    return EXIT.done;
  } catch (thrown) {
    complain(call, fileTrouble(thrown, 'change', file));
    return EXIT.failed;
  }
}

function textIn(files: Files, path: string): string | undefined {
  try {
    return files.readFileSync(path, 'utf8');
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}
