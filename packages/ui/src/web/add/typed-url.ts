/** Names of machines that are on one's own network, where nobody has a certificate. */
const near = /^(localhost|127(\.\d+){3}|10(\.\d+){3}|192\.168(\.\d+){2}|\[.*\])$/i;

/**
 * The endpoint that somebody means who types an address as in a browser's address bar; undefined while it is
 * none yet, so that half a host name is not looked up.
 */
export function typedEndpoint(typed: string): string | undefined {
  const text = typed.trim();
  if (text === "" || /\s/.test(text)) return undefined;
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text);
  const plain = hasScheme ? text : `http://${text}`;
  if (!URL.canParse(plain)) return undefined;
  const url = new URL(plain);
  if (!["http:", "https:"].includes(url.protocol) || !isWhole(url, hasScheme, text))
    return undefined;
  const isNear = near.test(url.hostname) || url.port !== "" || !url.hostname.includes(".");
  return hasScheme || isNear ? plain : `https://${text}`;
}

/** A name without a dot may be the beginning of one, unless a port or a path follows. */
function isWhole({ hostname, port }: URL, hasScheme: boolean, text: string): boolean {
  if (near.test(hostname) || port !== "") return true;
  const rest = hasScheme ? text.replace(/^[^:]+:\/\//, "") : text;
  return rest.includes("/") || /\.[a-z]{2,}$/i.test(hostname) || /^\d+(\.\d+){3}$/.test(hostname);
}
