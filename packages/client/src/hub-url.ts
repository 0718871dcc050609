/** The hub's address when nobody says otherwise. */
export const defaultHubUrl = "http://127.0.0.1:8001";

/**
 * Mends what people write for a hub's address: a missing scheme, a trailing slash, the gateway's
 * `/mcp` at the end. Returns the base without a slash at its end.
 * @throws TypeError with a sentence when the text cannot be an address.
 */
export function normaliseHubUrl(text: string): string {
  const trimmed = text.trim();
  const refuse = (why: string) =>
    new TypeError(
      `The hub URL ${JSON.stringify(trimmed)} ${why}. Expected a base such as ${defaultHubUrl}`,
    );
  if (trimmed === "") throw refuse("is empty");

  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`;
  if (!URL.canParse(withScheme)) throw refuse("is not a URL");
  const url = new URL(withScheme);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refuse(`uses ${url.protocol}// instead of http:// or https://`);
  }
  if (url.username !== "" || url.password !== "") {
    throw refuse("holds a user name or password; give the token as MCP_HUB_TOKEN instead");
  }
  const path = url.pathname.replace(/\/+$/, "").replace(/\/mcp$/i, "");
  return `${url.origin}${path}`;
}

/** Several addresses, as a list or separated by commas; doubles are dropped. */
export function parseHubUrls(value: string | readonly string[]): string[] {
  const texts = typeof value === "string" ? value.split(",") : value;
  return [...new Set(texts.filter((text) => text.trim() !== "").map(normaliseHubUrl))];
}

/**
 * The first of what may be several addresses, for a program that asks one hub only.
 * @throws TypeError as `normaliseHubUrl` does.
 */
export function firstHubUrl(value: string): string {
  return parseHubUrls(value)[0] ?? normaliseHubUrl("");
}
