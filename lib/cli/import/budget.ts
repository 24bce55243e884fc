import type { Listing, Piece } from './makefile.ts';

/** What an import may cost: a small Makefile can ask for more text than fits into memory. One for a whole import. */
export interface Budget {
  /** Characters that may still be read or made, names that may be looked at, or pattern rules tried. */
  left: number;
  /** How deep references are nested now. */
  depth: number;
}

/** What a piece costs that is no text, and a name that is looked at. */
const [PIECE, LOOK] = [32, 4];

/** Whether too much was read or made, with this. */
export function isSpent(cost: number, budget: Budget): boolean {
  budget.left -= cost;
  return budget.left < 0;
}

export function sizeOf(piece: Piece): number {
  if (typeof piece === 'string') return piece.length;
  return piece.is === 'shell' ? piece.command.reduce((sum, one) => sum + sizeOf(one), PIECE) : PIECE;
}

/** The same listing, which finds nothing more once too much was looked at. */
export function listingWithin(listing: Listing, budget: Budget): Listing {
  const charged = <T>(look: () => T, otherwise: T): T => {
    if (budget.left < 0) return otherwise;
    const before = listing.looked();
    const found = look();
    budget.left -= (listing.looked() - before) * LOOK;
    return found;
  };
  return {
    ...listing,
    glob: (pattern) => charged(() => listing.glob(pattern), []),
    below: (folder) => charged(() => listing.below(folder), undefined),
  };
}
