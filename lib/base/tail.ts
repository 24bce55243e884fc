/** The end of what is added: the last `most` bytes, in little more memory than twice that. */
export function newTail(most: number): { add(chunk: Uint8Array): void; text(): string } {
  let chunks: Uint8Array[] = [];
  let size = 0;
  const cut = (): void => {
    const whole = Buffer.concat(chunks).subarray(-most);
    chunks = [whole];
    size = whole.length;
  };
  return {
    add(chunk) {
      chunks.push(Uint8Array.from(chunk));
      size += chunk.length;
      if (size > 2 * most) cut();
    },
    text() {
      cut();
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}
