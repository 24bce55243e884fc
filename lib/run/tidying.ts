// When memory is given back. Knows no engine: how it is done, and what that costs, is the caller's.

/** Every fork copies the page tables of all that the process has: for so many steps it pays to tidy first, and again after each as many. */
const MANY = 300;

/** `ahead`: how many steps are about to be executed. What it returns is called after each. */
export function tidying(tidy: () => void, ahead: number): () => void {
  let done = 0;
  if (ahead >= MANY) tidy();
  return () => {
    done += 1;
    if (done % MANY === 0) tidy();
  };
}
