import type { RegisterAnswer, RenewAnswer, ServerDetail, WhoAmI } from "@hub/api";
import type { RegistrationInput } from "@hub/core";
import { HubClientError } from "./hub-client-error.js";
import { type HubClientOptions, HubRequests, pathTo } from "./hub-requests.js";
import type { Heartbeat } from "./queries.js";
import { shapes } from "./shapes.js";

/**
 * What a server does to stay registered, and no more: a program that only does that carries nothing
 * else of this package. Every call rejects with a `HubClientError` and nothing else.
 */
export class LeaseClient {
  protected readonly requests: HubRequests;

  /** @throws TypeError when the URL cannot be an address. */
  constructor(options: HubClientOptions = {}) {
    this.requests = new HubRequests(options);
  }

  /** The hub's base URL, without a slash at its end. */
  get url(): string {
    return this.requests.url;
  }

  /**
   * What says to the hub who is asking, for clients that connect to it. Send it to this hub only, and show
   * it nobody. Empty without a token. Ask again for each request when the token may change.
   */
  authorization(): Promise<Record<string, string>> {
    return this.requests.authorization();
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
    const { answer } = await this.requests.ask<RegisterAnswer>(
      { method: "POST", path: "/register", body: registration, headers: proofIn(proof), signal },
      shapes.registered,
    );
    return answer;
  }

  /** Sends a heartbeat. Status 404 means: register again. */
  async renew(
    leaseId: string,
    heartbeat: Heartbeat = {},
    signal?: AbortSignal,
  ): Promise<RenewAnswer> {
    const path = pathTo("leases", leaseId);
    const { answer } = await this.requests.ask<RenewAnswer>(
      { method: "PUT", path, body: heartbeat, signal },
      shapes.renewed,
    );
    return answer;
  }

  /** Sends the last lines that a server printed, plain text of at most 64 KiB, for whoever asks the hub what is wrong with it. */
  async sendLog(leaseId: string, lines: string, signal?: AbortSignal): Promise<void> {
    const path = pathTo("leases", leaseId, "log");
    const headers = { "content-type": "text/plain" };
    await this.requests.tell({ method: "PUT", path, body: lines, headers, signal });
  }

  /** Deregisters the instance that holds this lease. A lease the hub no longer knows is no error. */
  async deregister(leaseId: string, signal?: AbortSignal): Promise<void> {
    try {
      await this.requests.tell({ method: "DELETE", path: pathTo("leases", leaseId), signal });
    } catch (error) {
      if (!(HubClientError.is(error) && error.code === "LEASE_UNKNOWN")) throw error;
    }
  }

  /** Who this client is to the hub, and what it may do. */
  async whoAmI(signal?: AbortSignal): Promise<WhoAmI> {
    const { answer } = await this.requests.ask<WhoAmI>(
      { method: "GET", path: "/whoami", signal },
      shapes.whoAmI,
    );
    return answer;
  }

  /** One server with its instances. */
  async server(id: string, signal?: AbortSignal): Promise<ServerDetail> {
    const { answer } = await this.requests.ask<ServerDetail>(
      { method: "GET", path: pathTo("servers", id), signal },
      shapes.server,
    );
    return answer;
  }
}

/** The header that carries proof of ownership. */
export function proofIn(proof: string | undefined): Record<string, string> {
  return proof === undefined ? {} : { "mcp-hub-proof": latin1Of(proof) };
}

/** A header holds bytes: text beyond ASCII travels as those of its UTF-8 form. */
function latin1Of(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
