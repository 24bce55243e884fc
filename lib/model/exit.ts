/** How a command ended. Only `code: 0` is success; an exit by signal never is. */
export type Exit = { readonly code: number } | { readonly signal: string };
