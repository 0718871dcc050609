import type { RequestHead } from "../request-head.js";

/** A cookie of the hub by its purpose. */
export type CookiePurpose = "session" | "sign-in";

/**
 * The name of a cookie. Behind TLS a browser holds it to this host and to TLS; without, other programs on the same
 * machine share the cookies of all ports, so each has the port in its name.
 */
export function cookieName(purpose: CookiePurpose, publicUrl: string): string {
  const { protocol, port } = new URL(publicUrl);
  if (protocol === "https:") return `__Host-mcp-hub-${purpose}`;
  return `mcp-hub-${purpose}${port === "" ? "" : `-${port}`}`;
}

/** `Set-Cookie` for a value that no script reads and that no other site makes a browser send along with a change. */
export function setCookie(
  purpose: CookiePurpose,
  publicUrl: string,
  value: string,
  lastsMs: number,
): string {
  const parts = [
    `${cookieName(purpose, publicUrl)}=${value}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    `Max-Age=${Math.floor(lastsMs / 1_000)}`,
  ];
  if (publicUrl.startsWith("https:")) parts.push("Secure");
  return parts.join("; ");
}

/** `Set-Cookie` that makes a browser forget it. */
export const forgetCookie = (purpose: CookiePurpose, publicUrl: string) =>
  setCookie(purpose, publicUrl, "", 0);

/** The value that a request brings; undefined when there is none, or more than one of the same name. */
export function cookieIn(
  head: Pick<RequestHead, "header" | "publicUrl">,
  purpose: CookiePurpose,
): string | undefined {
  const header = head.header("cookie");
  if (header === undefined || !URL.canParse(head.publicUrl)) return undefined;
  const begin = `${cookieName(purpose, head.publicUrl)}=`;
  const values = header
    .split(/[;,]/)
    .map((part) => part.trim())
    .filter((part) => part.startsWith(begin))
    .map((part) => part.slice(begin.length));
  return values.length === 1 ? values[0] : undefined;
}
