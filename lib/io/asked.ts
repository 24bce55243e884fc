/** Which variables of the environment somebody asked for: what was decided depends on those alone. */
import { type Digest, digestOf } from '../base/digest.ts';

/** Names, sorted, and the digest of their values. No names: all of them, as somebody listed them. */
export interface Answers {
  readonly names: readonly string[] | undefined;
  readonly digest: Digest;
}

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

  /** What it was asked for until now, with what it said. */
  get answers(): Answers {
    const names = this.#listed ? undefined : [...this.#asked].sort();
    return { names, digest: this.#digest(names) };
  }

  /** Whether it would say the same to these questions. Asks nothing itself. */
  says({ names, digest }: Answers): boolean {
    return this.#digest(names) === digest;
  }

  #digest(names: readonly string[] | undefined): Digest {
    const all = names ?? [...super.keys()].sort();
    return digestOf(JSON.stringify(all.map((name) => [name, super.get(name) ?? null])));
  }
}
