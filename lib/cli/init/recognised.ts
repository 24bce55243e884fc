/** A Sandboxfile for a project, and why it is this one. */
export interface Recognised {
  /** The text of Sandboxfile.yaml. */
  readonly text: string;
  /** What was chosen and why, one sentence a line. */
  readonly why: readonly string[];
}

/** Text of a file of the project's folder; undefined if it cannot be read. */
export type Read = (name: string) => string | undefined;
