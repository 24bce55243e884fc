import { err, ok, type Result } from '../../base/result.ts';
import { fileTrouble } from '../../io/trouble.ts';
import type { Failure } from '../../model/failure.ts';
import type { Io } from '../../model/io.ts';
import { CANCELLED, lateFailure } from '../failures.ts';
import type { HostSettings } from '../host.ts';
import { parseKnownHosts } from '../known-hosts.ts';
import { Tail } from '../marked.ts';
import { deadlineOf, type Route, timeToConnect } from '../route.ts';
import { configText, wordsTo } from './options.ts';
import { failureOf } from './said.ts';

/** The key that a host shows to the system's ssh, which does not log in. Jump hosts on the way must be known. */
export async function offeredKey(route: Route, settings: HostSettings, io: Io, signal: AbortSignal): Promise<Result<Buffer, Failure>> {
  const { files } = io;
  const parent = io.environment.get('TMPDIR') || '/tmp';
  let folder: string;
  try {
    folder = files.mkdtempSync(`${parent}/sbx-key-`);
  } catch (thrown) {
    return err(fileTrouble(thrown, 'write to', parent));
  }
  const patience = timeToConnect(route, settings);
  const { deadline, stop } = deadlineOf(patience);
  const shown = `${folder}/shown`;
  const said = new Tail(4096);
  try {
    const config = configText(settings, route.state, { files: settings.configFiles, user: settings.user, asks: false });
    files.writeFileSync(`${folder}/config`, config, { mode: 0o600 });
    // Into a file of its own, which nobody believes, ssh writes what it was shown before it would log in.
    const options = ['StrictHostKeyChecking=accept-new', `UserKnownHostsFile="${shown}"`, 'HashKnownHosts=no', 'KnownHostsCommand=none'];
    const leave = ['PreferredAuthentications=none', 'ControlMaster=no', 'ControlPath=none'];
    const ended = await io.spawn(
      {
        file: 'ssh',
        args: ['-T', ...wordsTo(settings, `${folder}/config`, [...options, ...leave])],
        cwd: '/',
        env: [...io.environment],
        killGrace: 500,
      },
      { signal: AbortSignal.any([signal, deadline]), stdout: () => {}, stderr: (chunk) => said.push(chunk) },
    );
    if (signal.aborted) return err(CANCELLED);
    if (!ended.ok) return ended;
    const [entry] = files.existsSync(shown) ? parseKnownHosts(files.readFileSync(shown, 'utf8')) : [];
    if (entry !== undefined) return ok(entry.key);
    if (deadline.aborted) return err(lateFailure(`${settings.hostname}:${settings.port}`, 'handshake', patience));
    return err(failureOf(said.text(), settings));
  } finally {
    stop();
    files.rmSync(folder, { recursive: true, force: true });
  }
}
