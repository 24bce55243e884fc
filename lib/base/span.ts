/** A place in a text file. Lines and columns count from 1; a column is a UTF-16 code unit. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a text file, `end` exclusive. `file` is as it should be shown to the user. */
export interface Span {
  readonly file: string;
  readonly start: Position;
  readonly end: Position;
}
