import type { Readiness } from './service.ts';

/** What a text says to wait for, or what is wrong with it. */
type Told<R> = { readonly ready: R } | { readonly wrong: string; readonly hint: string };

/** `host:port`, `[::1]:port`, or a port of this computer. */
export function tcpOf(text: string): Told<Readiness & { readonly by: 'tcp' }> {
  const [, host = 'localhost', port = ''] = /^(?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):)?(\d{1,5})$/.exec(text) ?? [];
  if (Number(port) < 1 || Number(port) > 65535) return { wrong: `\`${text}\` is no port of a host`, hint: 'For example: localhost:5432' };
  return { ready: { by: 'tcp', host: bare(host), port: Number(port) } };
}

/** Of http alone. */
export function httpOf(text: string): Told<Readiness & { readonly by: 'http' }> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:') return { wrong: 'only http is asked for', hint: `Ask by a command: curl -fsS ${text}` };
  if (url?.protocol !== 'http:' || url.username !== '')
    return { wrong: `\`${text}\` is no address`, hint: 'For example: http://localhost:8080/' };
  const { hostname, port, pathname, search } = url;
  return { ready: { by: 'http', host: bare(hostname), port: Number(port || 80), path: pathname + search } };
}

/** Without the brackets of an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
