import type { ServerResponse } from "node:http";
import type { HubPeers, PeerAbsence, PeerRequest, ToldAll } from "@hub/core/hubs";
import { type HubOnStore, hubTimes } from "@hub/core/storage";
import type { UpstreamExchange, UpstreamReceiver } from "@hub/core/upstream";
import { createOperatorLine, type OperatorLine } from "@hub/dial";
import type { Log } from "../log.js";
import { noSignOfLife, PeerAnswer, refusedByHub, unprovedToHub } from "./peer-answer.js";
import { openPeerDoor, type PeerDoor, peerPath } from "./peer-door.js";
import { PeerSeal, peerHeader } from "./peer-seal.js";
import { SignsOfLife } from "./signs-of-life.js";

export type PeersOptions = {
  readonly hubId: string;
  readonly version: string;
  /** 32 bytes that all hubs on the store know, for each purpose. */
  readonly requestKey: Buffer;
  readonly stateKey: Buffer;
  /** Where other hubs reach this one. Default: they do not. */
  readonly url: string | undefined;
  /** Of the body of one request. */
  readonly mostBytes: number;
  /** Milliseconds since 1970, by a clock that all hubs on the store agree on. */
  readonly wall: () => number;
  /** The hubs that the store knows. */
  readonly hubs: () => readonly HubOnStore[];
  readonly take: (
    request: PeerRequest,
    response: ServerResponse,
    always: Readonly<Record<string, string>>,
  ) => void;
  readonly log: Log;
  readonly onFault: (error: unknown) => void;
  /** How often it looks whether hubs that are asked are there, in milliseconds. Default: 2,000. */
  readonly lookMs?: number | undefined;
};

/** What became of telling one hub. */
type Told = "taken" | "unwanted" | "failed" | "silent" | "refused" | "unproved";

const toldBy: Readonly<Record<string, Told>> = {
  [noSignOfLife]: "silent",
  [refusedByHub]: "refused",
  [unprovedToHub]: "unproved",
};

/** One with another key may have been given the right one by then; at once it would say the same. */
const worthAnother: ReadonlySet<Told> = new Set(["failed", "silent", "unproved"]);

/** How often a hub is told, until it has heard. */
const mostTries = 3;
/** How often it is looked whether hubs that are asked are there. Who waits for one that is not hears so within 10 s. */
const lookMs = 2_000;
/** News for one hub that may be under way at once. Clients cause them, and one that hangs answers none for seconds. */
const mostTelling = 64;
/** A refusal of the same kind is said no more often. */
const saidMs = 60_000;

/** The other hubs on the same store, over the addresses that each says there. */
export class Peers implements HubPeers {
  readonly hubId: string;
  readonly stateKey: Uint8Array;
  readonly #options: PeersOptions;
  readonly #seal: PeerSeal;
  readonly #line: OperatorLine;
  /** For what all are told. What one is asked may take as long as a call, and waits for no other. */
  readonly #tellingLine: OperatorLine;
  /** Answers that are under way, with the hub that gives each. */
  readonly #asked = new Map<PeerAnswer, string>();
  readonly #signs = new SignsOfLife((hubId, onOver) => this.#askWhetherThere(hubId, onOver));
  readonly #said = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #door: PeerDoor | undefined;

  constructor(options: PeersOptions) {
    const { hubId, version, requestKey: key, stateKey, wall } = options;
    this.#options = options;
    this.hubId = hubId;
    this.stateKey = stateKey;
    this.#seal = new PeerSeal({ key, hubId, wall });
    this.#line = createOperatorLine({ hubId, version });
    this.#tellingLine = createOperatorLine({ hubId, version }, { mostConnections: mostTelling });
    this.#timer = setInterval(() => this.#look(), options.lookMs ?? lookMs).unref();
  }

  /** Listens for others, where they reach it. Throws StartError when it cannot. */
  async listen(): Promise<void> {
    const { url, mostBytes, take, onFault } = this.#options;
    if (url === undefined) return;
    this.#door = await openPeerDoor({
      url,
      seal: this.#seal,
      mostBytes,
      take,
      onFault,
      onRefused: (reason, address) => this.#say(reason, address),
    });
  }

  /** Where others reach it; undefined when they do not. */
  get address(): string | undefined {
    return this.#door?.url;
  }

  absence(hubId: string): PeerAbsence | undefined {
    const hub = this.#hub(hubId);
    if (hub === undefined) return "gone";
    return hub.address === undefined ? "no-address" : undefined;
  }

  get hasOthers(): boolean {
    return this.#others.length > 0;
  }

  ask(hubId: string, request: PeerRequest, receiver: UpstreamReceiver): UpstreamExchange {
    return this.#ask(this.#line, hubId, request, receiver);
  }

  #ask(
    line: OperatorLine,
    hubId: string,
    request: PeerRequest,
    receiver: UpstreamReceiver,
  ): UpstreamExchange {
    const heard: PeerAnswer = this.#send(line, hubId, JSON.stringify(request), receiver, () =>
      this.#asked.delete(heard),
    );
    this.#asked.set(heard, hubId);
    return heard;
  }

  async tellAll(request: PeerRequest): Promise<ToldAll> {
    const others = this.#others;
    return new Promise((resolve) => {
      const telling = others.map(async ({ id }) => {
        const told = await this.#tell(id, request);
        if (told === "taken") resolve(told);
        // What a hub held that is gone is gone as well.
        return this.#isThere(id) ? told : "unwanted";
      });
      void Promise.all(telling).then((all) => {
        // What may come through the next time is worth another one.
        if (all.some((told) => worthAnother.has(told))) resolve("not-all-told");
        else resolve(all.includes("refused") ? "refused" : "unwanted");
      });
    });
  }

  /** How many requests are under way, from other hubs or to them. */
  get underWay(): number {
    return this.#asked.size + (this.#door?.answering ?? 0);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#signs.close();
    await this.#door?.close();
    await this.#line.close();
    await this.#tellingLine.close();
  }

  /** To take what is told twice does no harm. */
  async #tell(hubId: string, request: PeerRequest): Promise<Told> {
    let told: Told = "failed";
    for (let left = mostTries; left > 0 && told === "failed"; left -= 1) {
      if (this.absence(hubId) !== undefined) return told;
      told = await this.#tellOnce(hubId, request);
    }
    return told;
  }

  #tellOnce(hubId: string, request: PeerRequest): Promise<Told> {
    return new Promise((resolve) => {
      let told: Told = "failed";
      this.#ask(this.#tellingLine, hubId, request, {
        onHead: (status) => {
          told = status < 300 ? "taken" : "unwanted";
        },
        onData: () => {},
        onEnd: () => resolve(told),
        onFailure: ({ code }) => resolve(toldBy[code] ?? "failed"),
      });
    });
  }

  #askWhetherThere(hubId: string, onOver: (isThere: boolean) => void): () => void {
    const asking = this.#send(this.#line, hubId, undefined, {
      onHead: () => {},
      onData: () => {},
      onEnd: () => onOver(true),
      onFailure: () => onOver(false),
    });
    return () => asking.abort();
  }

  /** `body`: of what it is asked. Without one it is asked whether it is there. */
  #send(
    line: OperatorLine,
    hubId: string,
    body: string | undefined,
    receiver: UpstreamReceiver,
    onOver = () => {},
  ): PeerAnswer {
    const target = { method: body === undefined ? "GET" : "POST", path: peerPath } as const;
    const { header, answer } = this.#seal.seal(hubId, target, body ?? "");
    const type = body === undefined ? [] : ["content-type", "application/json"];
    const headers = [...type, peerHeader, header];
    const heard = new PeerAnswer({ receiver, mark: answer, onOver });
    const url = `${this.#hub(hubId)?.address ?? ""}${peerPath}`;
    heard.exchange = line.send(url, { method: target.method, headers, body }, heard);
    return heard;
  }

  /** Those that can be asked. */
  get #others(): readonly HubOnStore[] {
    const { hubs } = this.#options;
    return hubs().filter(({ id }) => id !== this.hubId && this.absence(id) === undefined);
  }

  /** Whether the store has heard of it lately. */
  #isThere(hubId: string): boolean {
    const hub = this.#hub(hubId);
    return hub !== undefined && hub.seenAgoMs <= hubTimes.gone;
  }

  /** Undefined as well for one whose address a younger one has: it was killed, and started again there as another. */
  #hub(hubId: string): HubOnStore | undefined {
    const hubs = this.#options.hubs();
    const hub = hubs.find(({ id }) => id === hubId);
    const isReplaced = (by: HubOnStore) =>
      hub?.address !== undefined && by.address === hub.address && by.startedAt > hub.startedAt;
    return hubs.some(isReplaced) ? undefined : hub;
  }

  /** Nobody waits for a hub that is gone, however its machine went, or that the network has cut off from this one. */
  #look(): void {
    const known = new Set([...this.#asked.values()].filter((id) => this.#hub(id) !== undefined));
    const silent = new Set(this.#signs.look(known));
    for (const [answer, hubId] of [...this.#asked])
      if (silent.has(hubId)) answer.giveUp("silent");
      else if (!known.has(hubId)) answer.giveUp("gone");
  }

  #say(reason: string, from: string | undefined): void {
    const now = performance.now();
    const saidAt = this.#said.get(reason);
    if (saidAt !== undefined && now - saidAt < saidMs) return;
    this.#said.set(reason, now);
    const fix =
      "If it is another hub: give all hubs the same key (MCP_HUB_SECRET_KEY_FILE). If not, let only hubs reach MCP_HUB_PEER_URL.";
    this.#options.log.warn("peer-refused", { reason, from, fix });
  }
}
