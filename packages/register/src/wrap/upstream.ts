import type {
  ClientCapabilities,
  JsonRpcId,
  JsonRpcNotification,
  JsonRpcRequest,
  Outcome,
  Params,
} from "@hub/mcp";
import type { Log } from "../log.js";
import type { Caller, Client, ClientSession } from "./client.js";
import { greet, type ServerDescription } from "./handshake.js";
import { gone, isNotification, isRequest, type JsonRpcMessage, outcomeOf } from "./json-rpc.js";
import type { Link } from "./link.js";
import { isListing, ListMemory } from "./list-memory.js";
import { NoCaller } from "./no-caller.js";
import { PendingCalls } from "./pending-calls.js";
import { Questions } from "./questions.js";
import { watchSlowStart } from "./slow-start.js";
import { isChangeNotice, Subscribers } from "./subscribers.js";

/** A call in flight. */
export interface Call {
  readonly outcome: Promise<Outcome>;
  /** Tells the server that nobody waits any more. The outcome may still arrive, or never. */
  cancel(reason?: string): void;
}

export interface UpstreamOptions {
  open(): Promise<Link>;
  readonly clientCapabilities: ClientCapabilities;
  /** How long the first answer may take, in milliseconds. */
  readonly handshakeMs: number;
  /**
   * Whose is what the link ties to no call. `nobody`: a question is refused, a log is dropped.
   * `the only client`: that of the one client there can be; with two it is nobody's. Default `nobody`.
   */
  readonly untied?: "nobody" | "the only client";
  /** Open again by itself when the link ends. Default false. */
  readonly isSupervised?: boolean;
  /** Answer lists as they were read last while no link is open. Default false. */
  readonly remembersLists?: boolean;
  /** Let the server log everything, for each client's own level is applied later. Default true. */
  readonly wantsLogs?: boolean;
  /** Hears, once of each method, what reached nobody. */
  readonly log?: Log | undefined;
}

/**
 * One server connection that many clients use at once. Request ids and progress tokens are ours
 * towards the server and are mapped back; everything else passes as it is. What a server asks or
 * logs reaches the client whose it is; where that cannot be told, it reaches nobody.
 */
export class Upstream {
  /** Those who hear of changes. */
  readonly subscribers = new Subscribers();
  readonly #options: UpstreamOptions;
  readonly #calls: PendingCalls;
  readonly #questions = new Questions();
  readonly #memory: ListMemory | undefined;
  readonly #noCaller: NoCaller;
  #link: Link | undefined;
  #opening: Promise<ServerDescription> | undefined;
  #description: ServerDescription | undefined;
  #rootsOf: Client | undefined;
  #isClosed = false;
  #hasWorked = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#noCaller = new NoCaller(options.log);
    this.#calls = new PendingCalls((...answer) => this.#memory?.keep(...answer));
    this.#memory = options.remembersLists === true ? new ListMemory() : undefined;
  }

  /** Whether a process or server is connected, or about to be. */
  get isOpen(): boolean {
    return this.#opening !== undefined;
  }

  /** Connects if needed. Rejects when the server cannot be started or does not answer in time. */
  initialize(): Promise<ServerDescription> {
    if (this.#isClosed) return Promise.reject(new Error("The server is closed"));
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#open().catch((error: unknown) => {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    });
    this.#opening = opening;
    return opening;
  }

  /** What the server said of itself last; connects only if it never said anything. */
  describe(): Promise<ServerDescription> {
    if (this.#opening !== undefined || this.#description === undefined) return this.initialize();
    return Promise.resolve(this.#description);
  }

  /** A session begins to use this. Returns the way out. */
  enter(session: ClientSession): () => void {
    this.#calls.askers.open(session);
    const leave = this.subscribers.join(session);
    return () => {
      leave();
      this.#calls.askers.close(session);
      this.lookAtRoots();
    };
  }

  /** Tells the server to ask for roots anew when those of another client count now, or of none. */
  lookAtRoots(): void {
    const { untied, clientCapabilities } = this.#options;
    if (untied !== "the only client" || clientCapabilities.roots === undefined) return;
    const { sole } = this.#calls.askers;
    const rootsOf = sole?.capabilities.roots === undefined ? undefined : sole;
    if (rootsOf === this.#rootsOf) return;
    this.#rootsOf = rootsOf;
    this.notify("notifications/roots/list_changed");
  }

  /** Whether this is the only client that can be meant by what is tied to no call. */
  isOnly(client: Client): boolean {
    return this.#options.untied === "the only client" && this.#calls.askers.sole === client;
  }

  call(method: string, params: Params | undefined, caller: Caller): Call {
    return this.#call(method, params, caller);
  }

  /** A request for ourselves, with no client behind it. */
  request(method: string, params?: Params): Promise<Outcome> {
    return this.#call(method, params, undefined).outcome;
  }

  notify(method: string, params?: Params): void {
    this.#link?.send({ jsonrpc: "2.0", method, ...(params === undefined ? {} : { params }) });
  }

  /** Keeps the connection for requests that belong together. Returns the way to let go. */
  hold(): () => void {
    return this.#calls.hold();
  }

  /**
   * Hands the connection to another use, once nobody waits on it; the next request opens a new one.
   * `undefined` when there is none, when more than lists was asked on it, and when somebody still
   * waits after `withinMs`.
   */
  async giveAway(withinMs: number): Promise<Link | undefined> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#calls.lookForQuiet(isLate);
    }, withinMs);
    try {
      for (;;) {
        await this.#opening?.catch(() => {});
        if (this.#link === undefined || this.#hasWorked) return undefined;
        if (this.#calls.isQuiet) return this.#detach();
        if (isLate) return undefined;
        await this.#calls.untilQuiet();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes the connection if nobody waits on it; the next request opens a new one. */
  async rest(): Promise<void> {
    if (this.#calls.isQuiet) await this.#detach()?.close();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const link = this.#link;
    this.#ended(link, "it was closed");
    await link?.close();
  }

  #detach(): Link | undefined {
    const link = this.#link;
    if (link === undefined) return undefined;
    link.onMessage = () => {};
    link.onClose = () => {};
    this.#link = undefined;
    this.#opening = undefined;
    this.#questions.takeAllBack();
    this.#calls.lookForQuiet(true);
    return link;
  }

  #call(method: string, params: Params | undefined, caller: Caller | undefined): Call {
    const remembered = this.isOpen ? undefined : this.#memory?.recall(method, params);
    if (remembered !== undefined) return { outcome: Promise.resolve(remembered), cancel() {} };
    const id = this.#calls.newId();
    let isCancelled = false;
    const outcome = this.initialize().then(
      () => (isCancelled ? gone("Cancelled") : this.#send(id, method, params, caller)),
      (error: unknown) => gone(`The MCP server cannot be reached: ${textOf(error)}`),
    );
    return {
      outcome,
      cancel: (reason) => {
        isCancelled = true;
        if (!this.#calls.has(id)) return;
        this.notify("notifications/cancelled", {
          requestId: id,
          ...(reason === undefined ? {} : { reason }),
        });
        this.#calls.settle(id, gone("Cancelled"), false);
      },
    };
  }

  async #open(): Promise<ServerDescription> {
    const link = await this.#options.open();
    if (this.#isClosed) {
      await link.close();
      throw new Error("The server is closed");
    }
    this.#link = link;
    this.#hasWorked = false;
    this.#calls.askers.forgetCalls();
    link.onMessage = (message, causeId) => this.#receive(message, causeId);
    link.onClose = (reason) => this.#ended(link, reason);
    const description = await this.#handshake(link);
    const isFirst = this.#description === undefined;
    this.#description = description;
    link.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    if (description.capabilities.logging !== undefined && this.#options.wantsLogs !== false) {
      void this.#send(this.#calls.newId(), "logging/setLevel", { level: "debug" }, undefined);
    }
    for (const uri of this.subscribers.subscribedUris()) {
      void this.#send(this.#calls.newId(), "resources/subscribe", { uri }, undefined);
    }
    // Once this is known: whoever hears it reads the lists through us.
    if (!isFirst) setImmediate(() => this.subscribers.announceEverythingChanged());
    return description;
  }

  async #handshake(link: Link): Promise<ServerDescription> {
    const { clientCapabilities, handshakeMs } = this.#options;
    const send = (method: string, params: Params) =>
      this.#send(this.#calls.newId(), method, params, undefined);
    const hasAnswered = watchSlowStart(this.#options.log, handshakeMs);
    try {
      return await greet(send, clientCapabilities, handshakeMs);
    } catch (error) {
      await link.close();
      throw error;
    } finally {
      hasAnswered();
    }
  }

  async #send(
    id: JsonRpcId,
    method: string,
    params: Params | undefined,
    caller: Caller | undefined,
  ): Promise<Outcome> {
    const link = this.#link;
    if (link === undefined)
      return gone("The MCP server is not running. It is being restarted; try again");
    if (method !== "initialize" && !isListing(method)) this.#hasWorked = true;
    const call = this.#calls.add(id, method, params, caller);
    link.send(
      {
        jsonrpc: "2.0",
        id,
        method,
        ...(call.params === undefined ? {} : { params: call.params }),
      },
      caller?.capabilities ?? this.#options.clientCapabilities,
    );
    return call.outcome;
  }

  #receive(message: JsonRpcMessage, causeId: JsonRpcId | undefined): void {
    if (isRequest(message)) void this.#answer(message, causeId);
    else if (isNotification(message)) this.#route(message, causeId);
    else this.#calls.settle(message.id, outcomeOf(message), true);
  }

  #route(notification: JsonRpcNotification, causeId: JsonRpcId | undefined): void {
    const { method, params } = notification;
    if (method === "notifications/cancelled") {
      this.#questions.takeBack(params?.requestId as JsonRpcId); // per protocol
    } else if (method === "notifications/progress") {
      this.#calls.progress(notification);
    } else if (isChangeNotice(notification)) {
      this.#memory?.forget(method);
      this.subscribers.hear(notification);
    } else {
      const isOfQuestion = method === "notifications/elicitation/complete";
      const asked = isOfQuestion ? this.#questions.clientOf(params?.elicitationId) : undefined;
      const client = asked ?? this.#whose(causeId);
      if (client === undefined) this.#noCaller.hear(method);
      else client.notify(notification);
    }
  }

  async #answer(request: JsonRpcRequest, causeId: JsonRpcId | undefined): Promise<void> {
    const link = this.#link;
    const reply = (outcome: Outcome) => link?.send({ jsonrpc: "2.0", id: request.id, ...outcome });
    if (request.method === "ping") {
      reply({ result: {} });
      return;
    }
    const client = this.#whose(causeId);
    if (client === undefined) {
      reply(this.#noCaller.refuse(request.method));
      return;
    }
    reply(await this.#questions.ask(request, client));
  }

  /** The client a message belongs to: that of the call the link names, else the only one there can be. */
  #whose(causeId: JsonRpcId | undefined): Client | undefined {
    if (causeId !== undefined) return this.#calls.callerOf(causeId);
    return this.#options.untied === "the only client" ? this.#calls.askers.sole : undefined;
  }

  #ended(link: Link | undefined, reason: string): void {
    if (link !== undefined && link !== this.#link) return;
    this.#link = undefined;
    this.#opening = undefined;
    this.#questions.takeAllBack();
    this.#calls.settleAll(gone(`The MCP server stopped during this call: ${reason}`));
    this.#rootsOf = undefined;
    this.#calls.lookForQuiet(true);
    if (this.#isClosed || this.#options.isSupervised !== true) return;
    this.initialize().then(
      () => this.lookAtRoots(),
      () => {}, // the next call asks again and reports why
    );
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
