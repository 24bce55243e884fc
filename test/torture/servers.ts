import { type Sshd, startSshd } from '../rig/sshd.ts';

/** SSH servers, each used by one trial at a time: what hangs below it then is the trial's. */
interface Servers extends AsyncDisposable {
  use<T>(what: (sshd: Sshd) => Promise<T>): Promise<T>;
}

export function openServers(): Servers {
  const idle: Sshd[] = [];
  const all: Sshd[] = [];
  const start = async (): Promise<Sshd> => {
    const sshd = await startSshd();
    all.push(sshd);
    return sshd;
  };
  return {
    async use(what) {
      const sshd = idle.pop() ?? (await start());
      try {
        return await what(sshd);
      } finally {
        idle.push(sshd);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const sshd of all) await sshd[Symbol.asyncDispose]();
    },
  };
}
