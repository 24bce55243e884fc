/**
 * Which variables of the environment somebody asked for: what was decided depends on those alone. Loaded by every command, so it must stay without
 * node:crypto.
 */

/** The environment, which notes what it is asked for. */
export class AskedVariables extends Map<string, string> {
  readonly #asked = new Set<string>();
  #listed = false;

  override get(name: string): string | undefined {
    this.#asked.add(name);
    return super.get(name);
  }

  override has(name: string): boolean {
    this.#asked.add(name);
    return super.has(name);
  }

  override entries(): MapIterator<[string, string]> {
    this.#listed = true;
    return super.entries();
  }

  override keys(): MapIterator<string> {
    this.#listed = true;
    return super.keys();
  }

  override values(): MapIterator<string> {
    this.#listed = true;
    return super.values();
  }

  override forEach(use: (value: string, name: string, map: Map<string, string>) => void): void {
    this.#listed = true;
    super.forEach(use);
  }

  override [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  /** The names that it was asked for until now, sorted; undefined if somebody listed them all. */
  get asked(): readonly string[] | undefined {
    return this.#listed ? undefined : [...this.#asked].sort();
  }

  /** Each of the names with its value or null, without asking; all of them if none are given. */
  tell(names: readonly string[] = [...super.keys()].sort()): readonly (readonly [name: string, value: string | null])[] {
    return names.map((name) => [name, super.get(name) ?? null]);
  }
}
