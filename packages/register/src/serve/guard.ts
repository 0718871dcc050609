import {
  hostHeaderValidationResponse,
  originValidationResponse,
} from "@modelcontextprotocol/server";

const loopbackNames = ["localhost", "127.0.0.1", "[::1]"];

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host === "[::1]" || /^127\.[\d.]+$/.test(host);
}

/** The address of the loopback network that was asked for, such as `127.0.0.3`. No site can rebind an address. */
function askedLoopbackAddress(request: Request): readonly string[] {
  const asked = `http://${request.headers.get("host")}`;
  const name = URL.canParse(asked) ? new URL(asked).hostname : "";
  return /^127(?:\.\d+){3}$/.test(name) ? [name] : [];
}

export interface GuardOptions {
  /** Whether only this machine can reach the endpoint. */
  readonly isLoopbackOnly: boolean;
  /** Further host names under which the endpoint may be asked for, without ports. */
  readonly allowedHosts: readonly string[];
}

/**
 * Refuses what a web page may not do. On loopback the `Host` must be a known name, or any site
 * could rebind its own name to us; an `Origin`, where there is one, must be a known host too.
 */
export function createGuard(options: GuardOptions) {
  return (request: Request): Response | undefined => {
    if (options.isLoopbackOnly) {
      const hosts = [...options.allowedHosts, ...loopbackNames, ...askedLoopbackAddress(request)];
      return (
        hostHeaderValidationResponse(request, hosts) ?? originValidationResponse(request, hosts)
      );
    }
    const own = URL.canParse(request.url) ? [new URL(request.url).hostname] : [];
    return originValidationResponse(request, [...options.allowedHosts, ...own]);
  };
}
