import { type Principal, policyOf } from "@hub/core/access";
import type { Holder } from "@hub/core/limits";
import type { JsonRpcId, StreamEvent } from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import { mayCallSome } from "../catalogue/callable.js";
import type { Selection } from "../catalogue/selection.js";
import type { Reply } from "../reply/reply.js";
import type { GatewayContext } from "../upstream/context.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import type { ClientIdentity } from "./client-identity.js";
import { type Followed, FollowedResources } from "./followed-resources.js";
import type { Keepable } from "./kept-sessions.js";
import { Questions } from "./questions.js";
import { keyOfSession } from "./sealed-row.js";
import { ServerSessions } from "./server-sessions.js";
import type { SessionState } from "./session-state.js";
import { SessionTasks } from "./tasks.js";

/** A session of a client of a 2025 revision, and its own sessions with the servers it has called. */
export class ClientSession implements Holder, Keepable {
  readonly id: string;
  /** What the store knows it by. */
  readonly key: string;
  /** Whose it is when the hub shares out what it has. */
  readonly peer: string;
  readonly identity: ClientIdentity;
  readonly via: string | undefined;
  readonly questions: Questions;
  readonly servers: ServerSessions;
  /** Calls in flight, by the client's ids. */
  readonly calls = new Map<JsonRpcId, () => void>();
  /** Those of them that run in a session with a server. */
  readonly running = new Map<InFlightCall, LegacyLink>();
  /** Servers of tasks that were started here. */
  readonly tasks: SessionTasks;
  usedAt: number;
  readonly #followed = new FollowedResources();
  #logLevel: string | undefined;
  #isLogLevelStored = true;
  #isUsed = false;
  readonly #context: GatewayContext;
  readonly #selection: (principal: Principal) => Selection;
  #principal: Principal;
  readonly #streams = new Set<Reply>();
  readonly #onChange: () => Promise<void>;
  readonly #onEnd: () => void;

  constructor(options: {
    readonly id: string;
    readonly peer: string;
    /** Who opens it. It is nobody else's for as long as it lives. */
    readonly principal: Principal;
    /** What it shows now: a toolset may change. */
    readonly selection: (principal: Principal) => Selection;
    readonly identity: ClientIdentity;
    readonly via: string | undefined;
    readonly context: GatewayContext;
    /** Hears what servers send outside of any call. */
    readonly onOutside: (session: ClientSession, link: LegacyLink, event: StreamEvent) => void;
    /** Hears that what it needs to live on has changed. Resolves when that is stored, or could not be. */
    readonly onChange: () => Promise<void>;
    /** Hears of a new session with a server. Resolves when whoever has the client's stream hears that server. */
    readonly onOpened: (session: ClientSession, serverId: string) => Promise<void>;
    /** Ends it for good. */
    readonly onEnd: () => void;
  }) {
    this.id = options.id;
    this.key = keyOfSession(options.id);
    this.peer = options.peer;
    this.#principal = options.principal;
    this.#selection = options.selection;
    this.identity = options.identity;
    this.via = options.via;
    this.#context = options.context;
    this.questions = new Questions(options.context.budgets);
    this.tasks = new SessionTasks(options.context.budgets, options.peer);
    this.servers = new ServerSessions({
      ...options,
      logLevel: () => this.#logLevel,
      isHeard: () => this.hasStream,
      isRunning: (link) => [...this.running.values()].includes(link),
      onOutside: (link, event) => options.onOutside(this, link, event),
      onOpened: (serverId) => options.onOpened(this, serverId),
      onForgotten: (link) => this.questions.dropOf(link),
    });
    this.#onChange = options.onChange;
    this.#onEnd = options.onEnd;
    this.usedAt = options.context.catalogue.now().hub;
  }

  get selection(): Selection {
    return this.#selection(this.#principal);
  }

  /** Whose it is, as it asked last. */
  get principal(): Principal {
    return this.#principal;
  }

  /** Its principal asks again, and may do something else by now. Returns whether it may. */
  renew(principal: Principal): boolean {
    const before = this.#principal;
    if (before === principal) return false;
    this.#principal = principal;
    const isSame = policyOf(before).key === policyOf(principal).key;
    if (!isSame) this.sweep();
    return !isSame;
  }

  get client(): string | undefined {
    return this.identity.name;
  }

  /** Whether anything came after its handshake. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** Something came after its handshake. */
  use(): void {
    if (this.#isUsed) return;
    this.#isUsed = true;
    void this.changed();
  }

  /** Whether what a server says outside of calls is for it: what it may call can change while they are connected. */
  mayHear(serverId: string): boolean {
    const entry = this.#context.catalogue.get(serverId);
    return entry === undefined || mayCallSome(this.selection, entry.record);
  }

  get logLevel(): string | undefined {
    return this.#logLevel;
  }

  /** Resolves when it is stored, or could not be: see `isLogLevelStored`. */
  setLogLevel(level: string): Promise<void> {
    this.#logLevel = level;
    this.#isLogLevelStored = false;
    return this.changed();
  }

  get isLogLevelStored(): boolean {
    return this.#isLogLevelStored;
  }

  /** The resources that it subscribed to. */
  get followed(): Pick<
    FollowedResources,
    "size" | "has" | "isStored" | "missing" | "resume" | "whenFollowed"
  > {
    return this.#followed;
  }

  /**
   * Its client follows a resource, or does not any more. Resolves when that is stored, or could not be: see `followed`.
   */
  follow(uri: string, followed: Followed | undefined): Promise<void> {
    this.#followed.set(uri, followed);
    return this.changed();
  }

  get state(): SessionState {
    const { identity, via, logLevel, servers, tasks } = this;
    return {
      endpoint: this.selection.endpoint,
      principal: this.#principal.id,
      via,
      protocolVersion: identity.protocolVersion,
      capabilities: identity.capabilities,
      clientInfo: identity.clientInfo,
      logLevel,
      links: servers.kept,
      followed: this.#followed.uris,
      tasks: tasks.all,
    };
  }

  whenStored(): () => void {
    const level = this.#logLevel;
    const followed = this.#followed.whenStored();
    return () => {
      this.#isLogLevelStored ||= this.#logLevel === level;
      followed();
    };
  }

  /** Something that it needs to live on is another now. Resolves when that is stored, or could not be. */
  changed(): Promise<void> {
    return this.#onChange();
  }

  /** Goes on as it was in another process of the hub. What it followed is for others to follow again. */
  takeOver({ logLevel, links, tasks, followed }: SessionState, isUsed: boolean): void {
    this.#logLevel = logLevel;
    this.#followed.takeOver(followed);
    this.#isUsed = isUsed;
    for (const [taskId, serverId] of tasks) this.tasks.keep(taskId, serverId);
    this.servers.takeOver(links);
  }

  /** Another hub changed it meanwhile. Returns the resources that it follows there, and not here. */
  join({ logLevel, links, tasks, followed }: SessionState): readonly string[] {
    if (this.#isLogLevelStored) this.#logLevel = logLevel;
    for (const [taskId, serverId] of tasks) this.tasks.keep(taskId, serverId);
    this.servers.join(links);
    return this.#followed.join(followed);
  }

  /** Whether the client may be away for good: it has no stream open and waits for nothing. */
  get isIdle(): boolean {
    return this.#streams.size === 0 && this.calls.size === 0;
  }

  /** Takes a stream for what belongs to no call. */
  addStream(reply: Reply): void {
    if (!reply.isOpen) return;
    this.#streams.add(reply);
    reply.onOver(() => {
      this.#streams.delete(reply);
      if (this.#streams.size === 0) this.servers.listenNoMore();
      this.usedAt = this.#context.catalogue.now().hub;
    });
    this.servers.listen();
  }

  get hasStream(): boolean {
    return [...this.#streams].some(({ isOpen }) => isOpen);
  }

  /** Tells the client something that belongs to no call; false when it listens to nothing. */
  tell(event: StreamEvent): boolean {
    const stream = [...this.#streams].findLast(({ isOpen }) => isOpen);
    stream?.event(event);
    return stream !== undefined;
  }

  endStreams(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
    this.servers.listenNoMore();
  }

  /** Ends what leads nowhere, or where it may not go any more. */
  sweep(): void {
    this.servers.sweep(this.selection);
  }

  end(): void {
    this.#onEnd();
  }

  /** Ends what it has. `isKept`: another process of the hub goes on with its sessions with servers. */
  close(isKept: boolean): void {
    for (const cancel of [...this.calls.values()]) cancel();
    this.#followed.close();
    this.tasks.close();
    for (const stream of this.#streams) stream.end();
    this.servers.close(isKept);
    this.#streams.clear();
  }
}
