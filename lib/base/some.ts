/** The first names of a list and how many more there are: `a, b, c and 4 more`. */
export function someOf(names: readonly string[], most: number): string {
  const first = names.slice(0, most).join(', ');
  return names.length > most ? `${first} and ${names.length - most} more` : first;
}
