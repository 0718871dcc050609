/** A URL as the log shows it: without user, password, query and fragment, any of which may be a secret. */
export function loggedUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
