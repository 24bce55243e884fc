import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { callVBoxManage } from './commands.ts';
import type { State } from './state.ts';

/** Passes its words on and gives back what it is told: node takes ten times as long to start. */
const CLIENT = `use strict;
use Socket;
my $server;
socket($server, PF_UNIX, SOCK_STREAM, 0) && connect($server, sockaddr_un($ENV{SERVER})) or die "the stand-in is gone: $!\\n";
syswrite $server, join("\\0", @ARGV);
shutdown($server, 1);
local $/;
my ($exit, $stdout, $stderr) = split(/\\0/, <$server>, -1);
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
  const state: State = { machines: [], faults: [] };
  const socket = join(folder, 'virtualbox-stand-in');
  const program = join(folder, 'VBoxManage stand-in');
  writeFileSync(`${program}.pl`, CLIENT);
  writeFileSync(program, `#!/bin/sh\nSERVER='${socket}' exec perl '${program}.pl' "$@"\n`, { mode: 0o755 });
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
  return {
    program,
    state,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
