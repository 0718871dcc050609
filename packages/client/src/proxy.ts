import { environment } from "./environment.js";

/**
 * The variable that names a proxy for a URL, such as `HTTP_PROXY`, unless NO_PROXY exempts its host.
 * Whether a program obeys it is another question: plain Node does not, its options and wrappers may.
 */
export function proxyVariableFor(url: string): string | undefined {
  const { protocol, hostname } = new URL(url);
  const scheme = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const names = [scheme, scheme.toLowerCase(), "ALL_PROXY", "all_proxy"];
  if (isExempt(hostname, environment("NO_PROXY") ?? environment("no_proxy") ?? ""))
    return undefined;
  return names.find((name) => environment(name) !== undefined);
}

function isExempt(hostname: string, noProxy: string): boolean {
  const name = bare(hostname);
  const rules = noProxy.toLowerCase().split(/[\s,]+/);
  return rules.some((rule) => {
    const host = bare(rule.replace(/^([^:]+|\[.*\]):\d+$/, "$1")).replace(/^\*?\./, "");
    return rule === "*" || (host !== "" && (name === host || name.endsWith(`.${host}`)));
  });
}

/** An IPv6 address as NO_PROXY spells it, without the brackets of a URL. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/** What to try when a call to a URL failed and a proxy may stand in between. Never shows the proxy: its URL may hold a password. */
export function proxyHint(url: string): string | undefined {
  const variable = proxyVariableFor(url);
  if (variable === undefined) return undefined;
  return `${variable} is set: if a proxy catches this address, set NO_PROXY=${new URL(url).hostname}`;
}
