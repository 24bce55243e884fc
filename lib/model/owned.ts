/** The journal of what sbx made outside the project: workspaces on far sides. A line is on the disk before a function returns. */
export interface OwnedJournal {
  /** Before the folder is made; then after. */
  intent(path: string): void;
  created(path: string): void;
  /** Before the folder is removed; then after. */
  destroying(path: string): void;
  destroyed(path: string): void;
}
