// Whether packing makes a transfer faster, from how long the link and the packing took so far. Pure.

interface Gauge {
  /** Whether the next chunk should be packed. */
  packs(): boolean;
  /** A chunk of so many bytes was taken by the link, which let us wait. Before that `packed` of it took so long; absent: it went as it was. */
  took(link: { readonly bytes: number; readonly waited: number }, packed?: { readonly bytes: number; readonly ms: number }): void;
}

/** Until this much is on its way, as it travels, buffers take it without waiting, whatever the link is. */
const PATIENCE = 4 * 2 ** 20;
/** How much of the last chunk there is in an average. */
const NEW = 0.2;

/** As long as nothing is known, chunks are packed. */
export function makeGauge(): Gauge {
  let link: number | undefined;
  let packing: number | undefined;
  let through = 0;
  const blend = (old: number | undefined, now: number): number => (old === undefined ? now : old + NEW * (now - old));
  return {
    packs: () => through < PATIENCE || link === undefined || packing === undefined || link > packing,
    took({ bytes, waited }, packed) {
      through += bytes;
      if (packed) packing = blend(packing, packed.ms / packed.bytes);
      // A link that was idle while we packed shows nothing but that it could take more.
      if (!packed || waited > packed.ms) link = blend(link, waited / bytes);
      else if (through >= PATIENCE) link ??= 0;
    },
  };
}
