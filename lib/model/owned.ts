/** What kind of thing it is. */
export interface OwnedKind {
  /** `path` of a machine is the id of the wish that it is made by, that of a compose project its name. */
  readonly kind: 'workspace' | 'machine' | 'compose';
  /** What else must be known to find it and take it away, when nothing else of the project is left. */
  readonly facts?: { readonly [fact: string]: string };
}

/** The journal of what sbx made outside the project. A line is on the disk before a function returns. `path` names the thing in its place. */
export interface OwnedJournal {
  /** Before it is made; then after. */
  intent(path: string): void;
  created(path: string): void;
  /** Before it is removed; then after. */
  destroying(path: string): void;
  destroyed(path: string): void;
  /** What was begun in this place, made or not, and not destroyed since. */
  begun(): readonly string[];
}
