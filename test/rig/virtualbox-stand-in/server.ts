import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { callVBoxManage } from './commands.ts';
import type { State } from './state.ts';

/** Passes its words on and gives back what it is told. Perl without a module: it is called a thousand times, and node or Socket.pm take several times as long to load. */
const CLIENT = (server: string): string => `#!/usr/bin/perl
socket(SERVER, 1, 1, 0) && connect(SERVER, pack('S a108', 1, '${server}')) or die "the stand-in is gone: $!\\n";
syswrite SERVER, join("\\0", @ARGV);
shutdown(SERVER, 1);
undef $/;
my ($exit, $stdout, $stderr) = split(/\\0/, <SERVER>, -1);
print STDOUT $stdout;
print STDERR $stderr;
exit $exit;
`;

interface StandIn extends AsyncDisposable {
  /** Stands where VBoxManage would. */
  readonly program: string;
  readonly state: State;
}

/** VirtualBox's stand-in, alive as long as the test. */
export async function startVirtualBoxStandIn(folder: string): Promise<StandIn> {
  const state: State = { version: '7.0.10r158379', machines: [], faults: [] };
  const socket = join(folder, 'virtualbox-stand-in');
  const program = join(folder, 'VBoxManage stand-in');
  writeFileSync(program, CLIENT(socket), { mode: 0o755 });
  const server = createServer({ allowHalfOpen: true }, (call) => {
    const chunks: Buffer[] = [];
    call.on('data', (chunk) => chunks.push(chunk));
    call.on('error', () => {}); // who asked was ended
    call.on('end', () => {
      const { exit, stdout, stderr } = callVBoxManage(state, Buffer.concat(chunks).toString().split('\0'));
      call.end([exit, stdout, stderr].join('\0'));
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  chmodSync(socket, 0o777); // whoever calls it may be another user
  return {
    program,
    state,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
