import { setTimeout as sleep } from "node:timers/promises";
import type { BudgetBook, Clock, HubStore } from "@hub/core";
import type { ReportChannel } from "@hub/core/hubs";
import type { SecretKeyFile } from "../credentials/secret-key.js";
import { type DerivedKeys, obtainSharedKey } from "../credentials/shared-key.js";
import { describeError } from "../describe-error.js";
import type { HubConfig } from "../hub-config.js";
import type { Log } from "../log.js";
import { Hubs } from "./hubs.js";
import { Peers, type PeersOptions } from "./peers.js";

export type AmongHubsOptions = {
  /** Names this hub: made anew at each start. */
  readonly hubId: string;
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly key: SecretKeyFile;
  readonly clock: Clock;
  readonly config: Pick<HubConfig, "peerUrl">;
  readonly budgets: BudgetBook;
  readonly log: Log;
  /** Answers what another hub asks. */
  readonly take: PeersOptions["take"];
};

/** How often a hub that stops looks whether calls still wait for their clients. */
const settleLookMs = 50;

/** What a hub has where its store is shared: its place among the others, and the way to ask one of them. */
export class AmongHubs {
  /** Undefined where the store is of this hub alone. */
  readonly hubs: Hubs | undefined;
  readonly peers: Peers | undefined;

  private constructor(hubs: Hubs | undefined, peers: Peers | undefined) {
    this.hubs = hubs;
    this.peers = peers;
  }

  /** Rejects with STORE_UNAVAILABLE, and with StartError when it needs the key of its database and has another. */
  static async open(
    store: Pick<HubStore, "shared" | "credentials">,
    { hubId, version, startedAt, key, clock, config, budgets, log, take }: AmongHubsOptions,
  ): Promise<AmongHubs> {
    const { shared } = store;
    if (shared === undefined) {
      if (config.peerUrl !== undefined)
        log.warn("peer-url-unused", { fix: "Set DATABASE_URL: hubs on one Postgres work as one." });
      return new AmongHubs(undefined, undefined);
    }
    const mustBeShared = config.peerUrl !== undefined;
    const sharedKey = await obtainSharedKey(store, shared.hubs, key, { mustBeShared, log });
    const peers: Peers = new Peers({
      hubId,
      version,
      ...keysOf(sharedKey, await shared.hubs.salt()),
      url: config.peerUrl,
      // What a client said, once more as JSON, with what is said of it.
      mostBytes: 2 * budgets.limit("clientMessageBytes"),
      wall: () => hubs.wall(),
      hubs: () => hubs.list(),
      take,
      log,
      onFault: (error) => log.error("peer-failed", { error: describeError(error) }),
    });
    const hubs = new Hubs({
      shared,
      hub: {
        id: hubId,
        version,
        startedAt,
        keyId: sharedKey.id,
        get address() {
          return peers.address;
        },
      },
      clock,
      onError: (error) => log.error("report-not-understood", { error: describeError(error) }),
      onContact: (isInContact) => {
        if (isInContact) log.info("among-hubs-again", {});
        else log.warn("cut-off-from-hubs", { fix: "See why the database does not answer." });
      },
    });
    return new AmongHubs(hubs, peers);
  }

  /**
   * Joins the others. `channels`: what hubs tell each other, by the names that all of them know. What is told under a
   * name keeps its shape: hubs of two versions work side by side while they are rolled, so a new shape has a new name.
   * Rejects with STORE_UNAVAILABLE, or with StartError when it cannot listen for them; then nothing is left open.
   */
  async join(
    channels: Readonly<Record<string, ReportChannel>>,
    onShareChanged: (isBack: boolean, memberIds: ReadonlySet<string>) => void,
  ): Promise<void> {
    const { hubs, peers } = this;
    if (hubs === undefined || peers === undefined) return;
    for (const [name, channel] of Object.entries(channels)) hubs.addChannel(name, channel);
    hubs.onShareChanged((isBack) =>
      onShareChanged(
        isBack,
        new Set(hubs.list().flatMap(({ id, isMember }) => (isMember ? [id] : []))),
      ),
    );
    try {
      await peers.listen();
      await hubs.start();
    } catch (error) {
      await peers.close();
      throw error;
    }
  }

  /**
   * Resolves when nothing is under way between this hub and others, and no call waits for a client that can come to
   * another hub; at the latest after so many milliseconds.
   */
  async settle(waitingForClients: () => number, withinMs: number): Promise<void> {
    const { peers } = this;
    if (peers === undefined) return;
    const begunAt = performance.now();
    const waiting = () => (peers.address === undefined ? 0 : waitingForClients());
    const isBusy = () => waiting() + peers.underWay > 0;
    while (isBusy() && performance.now() - begunAt < withinMs) await sleep(settleLookMs);
  }

  /** Answers other hubs no more. */
  async close(): Promise<void> {
    await this.peers?.close();
  }

  /** Hands its work to the others. */
  async leave(): Promise<void> {
    await this.hubs?.stop();
  }
}

/** What hubs talk with each other by: made of the key that they share, for the store that they share. */
function keysOf({ derive }: DerivedKeys, salt: string) {
  return {
    requestKey: derive(`mcp-hub peers ${salt}`),
    stateKey: derive(`mcp-hub request states ${salt}`),
  };
}
