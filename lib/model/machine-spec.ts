/** The machine behind a sandbox, as the Sandboxfile wants it. */
export interface MachineSpec {
  /** `qemu`, `virtualbox`, or one of an extension. */
  readonly driver: string;
  /** The sandbox whose computer holds the machine. */
  readonly hypervisor: string;
  /** Where its sshd is reached: as the hypervisor says, or at a port of 127.0.0.1 here that leads to it. */
  readonly endpoint: { readonly is: 'direct' } | { readonly is: 'tunnel'; readonly port: number };
  /** The .ova or .ovf that it is made from, on the hypervisor's computer; one that is not absolute lies in the project. Absent: a step says it. */
  readonly image?: string;
  /** What people see in the hypervisor's own list. Given: all sandboxes of this user that name it mean the same machine. */
  readonly name?: string;
  /** MiB. */
  readonly memory?: number;
  readonly cpus?: number;
  readonly network: 'nat' | 'bridged' | 'none';
  /** Of `bridged`; absent: the first that is up. */
  readonly adapter?: string;
  /** Of `nat`, beside the one for its sshd. */
  readonly forwards: readonly { readonly host: number; readonly guest: number }[];
  /** Of `qemu`. */
  readonly accelerator: 'auto' | 'tcg' | 'kvm';
  /** Each run works in a linked clone of its own, and the machine itself is never started. */
  readonly clone: boolean;
  /** A snapshot that it begins from, where it has one of that name. */
  readonly snapshot?: string;
  /** Milliseconds without a user after which it is stopped; absent: never. */
  readonly idle?: number;
  /** Milliseconds for its guest to let us in. */
  readonly boot: number;
  readonly keys: MachineKeys;
}

/** What is given to a guest when it first starts. Paths are absolute, on this computer. */
export interface MachineKeys {
  /** Public keys of those who may log in, beside the one that sbx makes for itself. */
  readonly authorize: readonly string[];
  /** The private key that the guest goes to its relay with; its public half lies beside it as `.pub`. */
  readonly identity?: string;
  /** Whom it believes to be that relay: a file in the form of known_hosts. */
  readonly relay?: string;
  /** The file that becomes /etc/build-agent.env. */
  readonly agent?: string;
  readonly by: 'auto' | 'credentials' | 'nocloud' | 'folder' | 'ssh';
}

/** Who logs in to a guest where its sandbox names nobody. */
export const GUEST_USER = 'build';
