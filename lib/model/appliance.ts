/** What an OVA or OVF holds: one machine that was packed. Its manifest was compared with what is there. */
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
}

interface ApplianceDisk {
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
