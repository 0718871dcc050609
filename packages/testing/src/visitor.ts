/** What somebody at a browser sees at the end of a way. */
export type Visit = {
  readonly url: URL;
  /** Undefined where the way ended before the last address was asked. */
  readonly response: Response | undefined;
};

const mostSteps = 20;

/** Somebody at a browser: keeps cookies for each host and port, and follows redirects as a browser does. */
export class Visitor {
  /** By origin, and then by name: the whole `Set-Cookie`. */
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #send: typeof fetch;

  /** `send`: how it reaches hosts. Default: as this machine does. */
  constructor(send: typeof fetch = fetch) {
    this.#send = send;
  }

  /** Goes where an address leads. `isEnd`: where it stops without asking, such as at an app on the same machine. */
  async visit(address: string | URL, isEnd: (url: URL) => boolean = () => false): Promise<Visit> {
    let url = new URL(address);
    for (let step = 0; step < mostSteps; step += 1) {
      if (isEnd(url)) return { url, response: undefined };
      const response = await this.fetch(url, { headers: { accept: "text/html" } });
      const location = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || location === null)
        return { url, response };
      url = new URL(location, url);
    }
    throw new Error(`More than ${mostSteps} redirects from ${address} on.`);
  }

  /** One request with the cookies of its origin; keeps those that come back. Follows no redirect. */
  async fetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address);
    const headers = new Headers(init.headers);
    const cookies = this.#of(url.origin);
    if (cookies.size > 0)
      headers.set("cookie", [...cookies.values()].map((one) => one.split(";", 1)[0]).join("; "));
    const response = await this.#send(url, { ...init, headers, redirect: "manual" });
    for (const cookie of response.headers.getSetCookie()) {
      const name = cookie.split("=", 1)[0] ?? "";
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, cookie);
    }
    return response;
  }

  /** The cookies of an origin as they were set. */
  cookiesOf(origin: string): readonly string[] {
    return [...this.#of(origin).values()];
  }

  #of(origin: string): Map<string, string> {
    const known = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, known);
    return known;
  }
}
