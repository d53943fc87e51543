/** An address for others, and whether other machines can reach it. */
export interface Shared {
  url: string;
  reachable: boolean;
}

/** Reports whether a host name means the machine itself. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || /^127(\.\d+){3}$/.test(host) || host === "[::1]" || host === "::1";
}

/** Gives the address under which a page can be opened elsewhere: where it is known only on this machine, under the server's public address if there is one. */
export function addressFor(here: string, publicUrl: string | null): Shared {
  const page = new URL(here);
  if (!isLoopback(page.hostname)) return { url: page.href, reachable: true };
  if (publicUrl === null || !URL.canParse(publicUrl)) return { url: page.href, reachable: false };
  const base = new URL(publicUrl);
  const url = `${base.origin}${base.pathname.replace(/\/$/, "")}${page.pathname}${page.search}${page.hash}`;
  return { url, reachable: !isLoopback(base.hostname) };
}
