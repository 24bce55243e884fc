/** What an OVA or OVF holds: one machine that was packed. */
export interface Appliance {
  /** The .ova or .ovf, absolute. */
  readonly path: string;
  readonly name: string;
  readonly cpus: number;
  /** MiB. */
  readonly memory: number;
  readonly disks: readonly ApplianceDisk[];
  /** Names of the networks that its adapters are on, as whoever packed it called them. */
  readonly nics: readonly string[];
  /** Whether it has a manifest, and all is as that says. Without one nothing says what its disks should be. */
  readonly verified: boolean;
}

export interface ApplianceDisk {
  readonly id: string;
  /** Its name in the appliance. */
  readonly file: string;
  /** The file that its bytes are in, absolute: the .ova itself, or a file beside the .ovf; and where in it, in bytes. */
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  /** Bytes that the guest sees. */
  readonly capacity: number;
}
