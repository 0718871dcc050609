const nowhere = "http://hub.invalid";

/** Whether a reader of URLs could see more in it than a path. */
const isPlain = (text: string) => /^\/(?!\/)[!-~]*$/.test(text) && !text.includes("\\");

/** A path of the hub that somebody is sent back to after signing in; `/` for everything that leads elsewhere. */
export function ownPath(wanted: string | undefined): string {
  if (wanted === undefined || wanted.length > 2_000 || !isPlain(wanted)) return "/";
  const url = new URL(wanted, nowhere);
  const path = `${url.pathname}${url.search}${url.hash}`;
  // Dots may have been resolved to what begins with two slashes.
  return url.origin === nowhere && isPlain(path) ? path : "/";
}
