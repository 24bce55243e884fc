/** Whose a machine is, in words that lie with it in its hypervisor: so it is known even where all is lost that speaks of it here. */
export interface MadeFor {
  /** `ada@laptop`. */
  readonly by: string;
  /** Of the project, and its sandbox there. */
  readonly root: string;
  readonly sandbox: string;
  /** Of one that several projects share. */
  readonly name?: string;
  /** The run that it was cloned for, as `isUserDead` takes it. */
  readonly clone?: string;
}

/** Undefined: it says nothing, or what another version of sbx meant by it. */
export function readMadeFor(note: string | undefined): MadeFor | undefined {
  try {
    const read = JSON.parse(note ?? '') as Partial<MadeFor> | null;
    const texts = [read?.by, read?.root, read?.sandbox, read?.name ?? '', read?.clone ?? ''];
    return texts.every((text) => typeof text === 'string') ? (read as MadeFor) : undefined;
  } catch {
    return undefined;
  }
}
