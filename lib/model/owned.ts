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
}

/** How far a thing in the journal came. `intent` and `destroying`: the run is at it, or ended in between, so that nobody knows. */
export type OwnedState = 'intent' | 'created' | 'destroying';
