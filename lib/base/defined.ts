type Defined<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** The object without what is undefined. */
export function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
