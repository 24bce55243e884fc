import { embeddedSandbox } from '../../lib/ssh/embedded.ts';
import { sshSandbox } from '../../lib/ssh/ssh.ts';
import { job } from '../contract/jobs.ts';
import { realIo } from '../contract/places.ts';

// A process to be killed: supervises the script of its first argument, passes its output on, and says how it ended.
const [script = '', home = '', named = '', config = '', owner = '', grace = '1000', run = '', mark = ''] = process.argv.slice(2);
const io = realIo(home, { SBX_SSH_CONFIG: config });
const common = { name: 'vm', owner, grace: Number(grace), beat: 200, silence: 2000 };
const sandbox =
  named === 'embedded'
    ? embeddedSandbox({ ...common, folder: `${home}/place` }, io)
    : sshSandbox({ ...common, named, state: `${home}/state` }, io);
const session = await sandbox.connect(new AbortController().signal);
if (!session.ok) throw new Error(session.error.message);
const wanted = { ...job('/tmp', script, { run, killGrace: 300 }), ...(mark === '' ? {} : { mark: { path: mark, value: 'held' } }) };
const exit = await session.value.supervise(wanted, {
  signal: new AbortController().signal,
  output: (chunk) => void process.stdout.write(chunk),
});
process.stdout.write(JSON.stringify(exit));
