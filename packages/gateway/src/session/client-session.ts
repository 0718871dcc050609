import type { Entry } from "@hub/core";
import { type Principal, policyOf } from "@hub/core/access";
import type { Holder } from "@hub/core/limits";
import type { JsonRpcId, StreamEvent } from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import { mayCallSome } from "../catalogue/callable.js";
import type { Selection } from "../catalogue/selection.js";
import type { Reply } from "../reply/reply.js";
import type { GatewayContext } from "../upstream/context.js";
import { type KeptLink, type LegacyLink, resumeStreamableLink } from "../upstream/legacy-link.js";
import { applyLogLevel } from "../upstream/log-level.js";
import { openSession, type ServerSession } from "../upstream/open-session.js";
import { placeAt } from "../upstream/place.js";
import type { ClientIdentity } from "./client-identity.js";
import type { Keepable } from "./kept-sessions.js";
import { OwnStreams } from "./own-streams.js";
import { Questions } from "./questions.js";
import type { SessionState } from "./session-state.js";
import { SessionTasks } from "./tasks.js";

/** A session of a client of a 2025 revision, and its own sessions with the servers it has called. */
export class ClientSession implements Holder, Keepable {
  readonly id: string;
  /** Whose it is when the hub shares out what it has. */
  readonly peer: string;
  readonly identity: ClientIdentity;
  readonly via: string | undefined;
  readonly questions: Questions;
  /** Calls in flight, by the client's ids. */
  readonly calls = new Map<JsonRpcId, () => void>();
  /** Those of them that run in a session with a server. */
  readonly running = new Map<InFlightCall, LegacyLink>();
  /** Servers of tasks that were started here. */
  readonly tasks: SessionTasks;
  usedAt: number;
  /** How to stop following each resource it subscribed to, by the URI it has here. */
  readonly #followed = new Map<string, () => void>();
  #logLevel: string | undefined;
  #isUsed = false;
  readonly #context: GatewayContext;
  readonly #selection: (principal: Principal) => Selection;
  #principal: Principal;
  readonly #sessions = new Map<string, Promise<ServerSession>>();
  readonly #links = new Map<string, LegacyLink>();
  /** Those of them that calls can be sent in. */
  readonly #ready = new Map<string, ServerSession & { readonly kind: "legacy" }>();
  /** What its servers say outside of calls, while it listens. */
  readonly #ownStreams: OwnStreams;
  readonly #streams = new Set<Reply>();
  readonly #onChange: () => Promise<void>;
  readonly #onEnd: () => void;
  /** Ends what is being opened for it. */
  readonly #closing = new AbortController();

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
    /** Hears that what it needs to live on has changed. Resolves when that is stored; never rejects. */
    readonly onChange: () => Promise<void>;
    /** Ends it for good. */
    readonly onEnd: () => void;
  }) {
    this.id = options.id;
    this.peer = options.peer;
    this.#principal = options.principal;
    this.#selection = options.selection;
    this.identity = options.identity;
    this.via = options.via;
    this.#context = options.context;
    this.questions = new Questions(options.context.budgets);
    this.tasks = new SessionTasks(options.context.budgets, options.peer);
    this.#ownStreams = new OwnStreams(
      (link, event) => options.onOutside(this, link, event),
      () => options.context.catalogue.now().hub,
    );
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

  /** Resolves when it is stored. */
  setLogLevel(level: string): Promise<void> {
    this.#logLevel = level;
    return this.changed();
  }

  /** URIs of the resources that it follows. */
  get followed(): ReadonlyMap<string, unknown> {
    return this.#followed;
  }

  /** It follows a resource until `stop` is called, or does not any more. Resolves when that is stored. */
  follow(uri: string, stop: (() => void) | undefined): Promise<void> {
    this.#followed.get(uri)?.();
    this.#followed.delete(uri);
    if (stop !== undefined) this.#followed.set(uri, stop);
    return this.changed();
  }

  get state(): SessionState {
    const { identity, via, logLevel, tasks } = this;
    return {
      endpoint: this.selection.endpoint,
      principal: this.#principal.id,
      via,
      protocolVersion: identity.protocolVersion,
      capabilities: identity.capabilities,
      clientInfo: identity.clientInfo,
      logLevel,
      links: [...this.#links.values()].flatMap(({ kept }) => (kept === undefined ? [] : [kept])),
      followed: [...this.#followed.keys()],
      tasks: tasks.all,
    };
  }

  /** Something that it needs to live on is another now. Resolves when that is stored. */
  changed(): Promise<void> {
    return this.#onChange();
  }

  /** Goes on as it was in another process of the hub. What it followed is for others to follow again. */
  takeOver({ logLevel, links, tasks }: SessionState, isUsed: boolean): void {
    this.#logLevel = logLevel;
    this.#isUsed = isUsed;
    for (const [taskId, serverId] of tasks) this.tasks.keep(taskId, serverId);
    for (const link of links) this.#resume(link);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Whether the client may be away for good: it has no stream open and waits for nothing. */
  get isIdle(): boolean {
    return this.#streams.size === 0 && this.calls.size === 0;
  }

  /** The way to a server: opened with the first call, kept, and opened anew when it was lost. */
  async sessionWith(entry: Entry): Promise<ServerSession> {
    const serverId = entry.record.id;
    const current = this.#sessions.get(serverId);
    const known = await current?.catch(() => undefined);
    if (known?.kind === "legacy") {
      const { link } = known;
      const stands = !link.isLost && this.#stands(entry, link);
      if (stands && (!link.isInDoubt || (await link.verify()))) {
        if (this.#ownStreams.mustOpen(link)) await this.#listen(link);
        // One of an earlier process of the hub has proved itself now.
        if (this.#links.get(serverId) === link) this.#ready.set(serverId, known);
        return known;
      }
      this.drop(serverId, known.link);
    } else if (this.#sessions.get(serverId) === current) {
      // What the modern way means is looked at with each call; it costs nothing to open.
      this.#sessions.delete(serverId);
    }
    const opening = this.#sessions.get(serverId) ?? this.#open(entry);
    this.#sessions.set(serverId, opening);
    return opening;
  }

  /** The same for a session that stands, where nothing need be waited for. */
  readySession(entry: Entry): (ServerSession & { readonly kind: "legacy" }) | undefined {
    const ready = this.#ready.get(entry.record.id);
    if (ready === undefined) return undefined;
    const { link } = ready;
    const mustWait = link.isLost || link.isInDoubt || this.#ownStreams.mustOpen(link);
    return !mustWait && this.#stands(entry, link) ? ready : undefined;
  }

  /** Forgets a session with a server that is no more. */
  drop(serverId: string, link: LegacyLink): void {
    // Another call may have opened a new one already.
    if (this.#links.get(serverId) !== link) return;
    this.#links.delete(serverId);
    this.#ready.delete(serverId);
    this.#sessions.delete(serverId);
    this.#ownStreams.close(link);
    this.questions.dropOf(link);
    link.close();
    void this.changed();
  }

  /** Ends sessions with servers that are lost, gone or not to be called any more, where no call runs in them. */
  sweep(): void {
    const running = new Set(this.running.values());
    const { selection } = this;
    for (const [serverId, link] of [...this.#links]) {
      const entry = this.#context.catalogue.get(serverId);
      const mayStand = entry !== undefined && mayCallSome(selection, entry.record);
      const stands = !link.isLost && mayStand && this.#stands(entry, link);
      if (!stands && !running.has(link)) this.drop(serverId, link);
    }
    this.#ownStreams.openAgain();
  }

  /** The session with a server, when one is open. */
  linkTo(serverId: string): LegacyLink | undefined {
    return this.#links.get(serverId);
  }

  get links(): ReadonlyMap<string, LegacyLink> {
    return this.#links;
  }

  /** Takes a stream for what belongs to no call. */
  addStream(reply: Reply): void {
    this.#streams.add(reply);
    reply.onGone(() => {
      this.#streams.delete(reply);
      if (this.#streams.size === 0) this.#ownStreams.closeAll();
      this.usedAt = this.#context.catalogue.now().hub;
    });
    for (const link of this.#links.values()) void this.#listen(link);
  }

  get hasStream(): boolean {
    return this.#streams.size > 0;
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
    this.#ownStreams.closeAll();
  }

  end(): void {
    this.#onEnd();
  }

  /** Ends what it has. `isKept`: another process of the hub goes on with its sessions with servers. */
  close(isKept: boolean): void {
    this.#closing.abort();
    for (const cancel of [...this.calls.values()]) cancel();
    for (const stop of this.#followed.values()) stop();
    this.tasks.close();
    for (const stream of this.#streams) stream.end();
    this.#ownStreams.closeAll();
    for (const link of this.#links.values()) if (!isKept || link.kept === undefined) link.close();
    this.#links.clear();
    this.#ready.clear();
    this.#sessions.clear();
    this.#streams.clear();
  }

  async #open(entry: Entry): Promise<ServerSession> {
    const serverId = entry.record.id;
    try {
      const { identity, via } = this;
      const { signal } = this.#closing;
      const session = await openSession(this.#context, entry, {
        identity,
        via,
        signal,
        reach: (instance) => placeAt(instance.openings, this.peer, signal),
      });
      if (session.kind === "legacy") {
        if (this.#isClosed) session.link.close();
        else {
          this.#links.set(serverId, session.link);
          // What a call leaves in a session with a server is not lost with the hub's process.
          const isStored = session.link.kept === undefined ? undefined : this.changed();
          await Promise.all([this.#greet(session.link), isStored]);
          if (this.#links.get(serverId) === session.link) this.#ready.set(serverId, session);
        }
      }
      return session;
    } catch (error) {
      this.#sessions.delete(serverId);
      throw error;
    }
  }

  #resume(kept: KeptLink): void {
    const { catalogue, dialer, instances, limits, serverMessages } = this.#context;
    const entry = catalogue.get(kept.serverId);
    const instance = entry === undefined ? undefined : instances.get(entry, kept.instanceId);
    // A session goes with its instance.
    if (instance === undefined) return;
    const { identity, via } = this;
    const { handshakeMs } = limits;
    const options = { dialer, instance, identity, handshakeMs, limits: serverMessages, via };
    const link = resumeStreamableLink(options, kept);
    this.#links.set(kept.serverId, link);
    this.#sessions.set(kept.serverId, Promise.resolve({ kind: "legacy", link }));
  }

  /** Before the first call: the server then knows what the client wants to hear, and is heard. */
  async #greet(link: LegacyLink): Promise<void> {
    await Promise.all([
      applyLogLevel(link, this.logLevel, this.#context.limits.handshakeMs),
      this.hasStream ? this.#listen(link) : undefined,
    ]);
  }

  /** Hears a server outside of calls. Resolves when it can be heard, or will not be. */
  #listen(link: LegacyLink): Promise<void> {
    return this.#isClosed ? Promise.resolve() : this.#ownStreams.open(link);
  }

  /** A session stays with its instance as long as that is there, also while it drains. */
  #stands(entry: Entry, link: LegacyLink): boolean {
    return this.#context.instances.get(entry, link.instance.instanceId) !== undefined;
  }
}
