/** Longer chains are loops. */
export const mostRedirects = 3;

/**
 * Where to send a request again that was answered with a redirect: undefined unless the same request may
 * be sent (307 and 308) and the target is on the same origin. It must not differ in its query: that may
 * hold a secret, and the endpoint of a server is shown.
 */
export function redirectToFollow(
  status: number,
  location: string | undefined,
  from: string,
): string | undefined {
  if (status !== 307 && status !== 308) return undefined;
  if (location === undefined || !URL.canParse(location, from)) return undefined;
  const base = new URL(from);
  const target = new URL(location, base);
  if (target.origin !== base.origin || target.search !== base.search) return undefined;
  const next = `${target.origin}${target.pathname}${target.search}`;
  return next === `${base.origin}${base.pathname}${base.search}` ? undefined : next;
}
