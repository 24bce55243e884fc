/** What is not as it was, relative to the project's root. */
export interface Changes {
  readonly paths: readonly string[];
  /** Folders in which something differs, it is not known what: repositories of their own. */
  readonly folders: readonly string[];
}
