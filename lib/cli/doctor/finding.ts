/** What `sbx doctor` found out about one thing. */
export interface Finding {
  readonly is: 'ok' | 'warning' | 'error';
  readonly says: string;
  /** The command that mends it, as it is typed. */
  readonly mend?: string;
  /** Of which sandbox, where it was asked itself. */
  readonly sandbox?: string;
}
