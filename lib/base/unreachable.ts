/** Ends every switch over a closed union: a new member that is not dealt with is a type error here. */
export function unreachable(x: never): never {
  throw new Error(`unreachable: ${JSON.stringify(x)}`);
}
