/** Where a hub is, as somebody wrote it, with nothing behind it that a path could not follow. Undefined: it is no address, or has a password in it, which messages would show. */
export function hubAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username + url.password + url.search + url.hash !== '') return undefined;
  return text.trim().replace(/\/+$/, '');
}
