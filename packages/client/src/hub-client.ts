import type {
  Diagnosis,
  RegisterAnswer,
  RenewAnswer,
  ServerDetail,
  ServerList,
  ServerTools,
  ToolList,
} from "@hub/api";
import type { EditInput, RegistrationInput } from "@hub/core";
import { notAHub, readAnswer } from "./answer.js";
import { environment } from "./environment.js";
import { HubClientError } from "./hub-client-error.js";
import { defaultHubUrl, firstHubUrl } from "./hub-url.js";
import { proxyHint } from "./proxy.js";
import type { ToolsQuery } from "./tools.js";

/** How to reach a hub. */
export interface HubClientOptions {
  /** The hub's base URL; of several, separated by commas, the first. Default: `MCP_HUB_URL`, else http://127.0.0.1:8001. */
  readonly url?: string | undefined;
  /** Bearer token. Default: `MCP_HUB_TOKEN`. */
  readonly token?: string | undefined;
  /** How long one call may take, in milliseconds. Default 5,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Narrows `servers()`. Without any of it the hub answers with everything. */
export interface ServersQuery {
  readonly q?: string | undefined;
  /** Servers that have it, or all of these. */
  readonly tag?: string | readonly string[] | undefined;
  /** Servers in this state, or in one of these. */
  readonly status?: string | readonly string[] | undefined;
  /** Those too that an operator hid. Default: false. */
  readonly hidden?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** What a heartbeat can say beside "still here". */
export interface Heartbeat {
  readonly capabilitiesHash?: string | undefined;
  readonly draining?: boolean | undefined;
}

/** The REST side of one hub. Every call rejects with a `HubClientError` and nothing else. */
export class HubClient {
  /** The hub's base URL, without a slash at its end. */
  readonly url: string;
  readonly #token: string | undefined;
  readonly #timeoutMs: number;
  readonly #fetch: typeof globalThis.fetch;

  /** @throws TypeError when the URL cannot be an address. */
  constructor(options: HubClientOptions = {}) {
    this.url = firstHubUrl(options.url ?? environment("MCP_HUB_URL") ?? defaultHubUrl);
    this.#token = options.token ?? environment("MCP_HUB_TOKEN");
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
  }

  /**
   * Registers a server, or says again what the hub already knows. `proof` says that the server at the
   * endpoint is ours: the id of a lease it had, or its service key. Without it, while a lease there is
   * alive, the answer has `retryAfterMs` and no lease, and nothing has changed yet.
   */
  async register(
    registration: RegistrationInput,
    signal?: AbortSignal,
    proof?: string,
  ): Promise<RegisterAnswer> {
    const answer = await this.#call<RegisterAnswer | undefined>(
      "POST",
      "/register",
      registration,
      signal,
      proofIn(proof),
    );
    if (answer?.server === undefined || answer.instance === undefined) {
      const why = "its answer to POST /register names no server and no instance";
      throw notAHub(this.url, 200, why);
    }
    return answer;
  }

  /** Sends a heartbeat. Status 404 means: register again. */
  async renew(
    leaseId: string,
    heartbeat: Heartbeat = {},
    signal?: AbortSignal,
  ): Promise<RenewAnswer> {
    const path = `/leases/${encodeURIComponent(leaseId)}`;
    return this.#call("PUT", path, heartbeat, signal);
  }

  /** Sends the last lines that a server printed, plain text of at most 64 KiB, for whoever asks the hub what is wrong with it. */
  async sendLog(leaseId: string, text: string, signal?: AbortSignal): Promise<void> {
    await this.#call("PUT", `/leases/${encodeURIComponent(leaseId)}/log`, text, signal, {
      "content-type": "text/plain",
    });
  }

  /** Why a server (its id or name) or an endpoint does not work. The hub takes up to 3 s for it. */
  async diagnose(
    asked: { readonly server: string } | { readonly endpoint: string },
    signal?: AbortSignal,
  ): Promise<Diagnosis> {
    return this.#call("POST", "/diagnose", asked, signal);
  }

  /** Deregisters the instance that holds this lease. A lease the hub no longer knows is no error. */
  async deregister(leaseId: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.#call("DELETE", `/leases/${encodeURIComponent(leaseId)}`, undefined, signal);
    } catch (error) {
      if (!(HubClientError.is(error) && error.code === "LEASE_UNKNOWN")) throw error;
    }
  }

  /**
   * Removes a server and its history. One that is alive needs proof that it is ours: the lease id it
   * got when it registered first, or its service key. Rejects with `NOT_OWNER` without.
   */
  async remove(id: string, proof?: string, signal?: AbortSignal): Promise<void> {
    await this.#call("DELETE", pathOf(id), undefined, signal, proofIn(proof));
  }

  /**
   * Removes any server and its history without proof, as an operator. When the server still runs, its
   * helper registers it again.
   */
  async removeByForce(id: string, signal?: AbortSignal): Promise<void> {
    await this.#call("DELETE", `${pathOf(id)}?force=true`, undefined, signal);
  }

  /**
   * Says of a server what an operator knows better: what is left out stays as it was, null takes it back.
   * `etag` is that of the answer it was decided on; when somebody changed the server meanwhile, it rejects
   * with `PRECONDITION_FAILED`. Default: whatever the server is by now.
   */
  async edit(
    id: string,
    change: EditInput,
    etag?: string,
    signal?: AbortSignal,
  ): Promise<ServerDetail> {
    const headers = etag === undefined ? {} : { "if-match": etag };
    return this.#call("PATCH", pathOf(id), change, signal, headers);
  }

  /** One page of servers; without a query, all of them. */
  async servers(query: ServersQuery = {}, signal?: AbortSignal): Promise<ServerList> {
    const answer = await this.#get<ServerList | undefined>("/servers", query, signal);
    if (!Array.isArray(answer?.servers))
      throw notAHub(this.url, 200, "its answer to GET /servers holds no list of servers");
    return answer;
  }

  /** One server with its instances. */
  async server(id: string, signal?: AbortSignal): Promise<ServerDetail> {
    return this.#get(pathOf(id), {}, signal);
  }

  /** One page of the tools of all servers, the best first. */
  async tools(query: ToolsQuery = {}, signal?: AbortSignal): Promise<ToolList> {
    return this.#get("/tools", query, signal);
  }

  /** All tools of one server. */
  async serverTools(id: string, signal?: AbortSignal): Promise<ServerTools> {
    return this.#get(`${pathOf(id)}/tools`, {}, signal);
  }

  #get<Answer>(path: string, query: object, signal: AbortSignal | undefined): Promise<Answer> {
    const search = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) {
      for (const one of Array.isArray(value) ? value : [value])
        if (one !== undefined) search.append(key, String(one));
    }
    const target = search.size === 0 ? path : `${path}?${search}`;
    return this.#call<Answer>("GET", target, undefined, signal);
  }

  async #call<Answer>(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    let isTimeout = false;
    const timer = setTimeout(() => {
      isTimeout = true;
      abort();
    }, this.#timeoutMs);
    if (signal?.aborted) abort();
    // Not `AbortSignal.any`: a signal that lives as long as the program would collect all of them.
    signal?.addEventListener("abort", abort);

    const headers: Record<string, string> = {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...more,
    };
    if (this.#token !== undefined) headers.authorization = `Bearer ${this.#token}`;
    try {
      const response = await this.#fetch(`${this.url}${path}`, {
        method,
        headers,
        redirect: "manual",
        signal: controller.signal,
        ...(body === undefined
          ? {}
          : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      // By the contract, to which the tests of the hub hold every answer.
      return (await readAnswer(response, this.url)) as Answer;
    } catch (error) {
      if (HubClientError.is(error)) throw error;
      throw this.#noAnswer(error, isTimeout);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }

  #noAnswer(error: unknown, isTimeout: boolean): HubClientError {
    const detail = isTimeout
      ? `The hub at ${this.url} gave no answer within ${this.#timeoutMs} ms`
      : `The hub at ${this.url} cannot be reached (${reasonOf(error)})`;
    const hint = proxyHint(this.url);
    return new HubClientError(
      {
        status: 0,
        code: isTimeout ? "TIMEOUT" : "UNREACHABLE",
        detail: hint === undefined ? detail : `${detail}. ${hint}`,
      },
      { cause: error },
    );
  }
}

const pathOf = (serverId: string) => `/servers/${encodeURIComponent(serverId)}`;

function proofIn(proof: string | undefined): Record<string, string> {
  return proof === undefined ? {} : { "mcp-hub-proof": latin1Of(proof) };
}

/** A header holds bytes: text beyond ASCII travels as those of its UTF-8 form. */
function latin1Of(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** The code of what lies beneath an error, such as ECONNREFUSED; without one, its message. `fetch` wraps what it hears from below. */
function reasonOf(error: unknown): string {
  let last = error;
  for (let depth = 0; depth < 5 && last instanceof Error; depth += 1) {
    if ("code" in last && typeof last.code === "string") return last.code;
    if (last.cause === undefined) return last.message;
    last = last.cause;
  }
  return String(last);
}
