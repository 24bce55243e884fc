/** A seeded source of choices: equal seeds give equal choices on every machine. */
export interface Random {
  /** A whole number from 0 up to, not including, `bound`. */
  below(bound: number): number;
  /** True once in `n` times on average. */
  oneIn(n: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(these: readonly T[]): T[];
  bytes(length: number): Buffer;
  /** A source of its own that depends on this one's seed and `name` alone, not on what was drawn before. */
  fork(name: string): Random;
}

/** splitmix32, started from an FNV-1a hash of the seed's text: 32 bits of state are plenty for choosing test cases. */
export function seeded(seed: string): Random {
  let state = fnv1a(seed);
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const below = (bound: number): number => Math.floor((next() / 2 ** 32) * bound);
  return {
    below,
    oneIn: (n) => below(n) === 0,
    pick(from) {
      if (from.length === 0) throw new Error('nothing to pick from');
      return from[below(from.length)] as (typeof from)[number];
    },
    shuffled(these) {
      const out = [...these];
      for (let at = out.length - 1; at > 0; at--) {
        const other = below(at + 1);
        [out[at], out[other]] = [out[other] as (typeof out)[number], out[at] as (typeof out)[number]];
      }
      return out;
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
    fork: (name) => seeded(`${seed}/${name}`),
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
