/** The journal of what sbx made outside the project. A line is on the disk before a function returns. `path` names the thing in its place. */
export interface OwnedJournal {
  /** Before it is made; then after. */
  intent(path: string): void;
  created(path: string): void;
  /** Before it is removed; then after. */
  destroying(path: string): void;
  destroyed(path: string): void;
}
