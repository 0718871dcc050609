import { createHash } from "node:crypto";
import { createSnapshot, type Entry, type Now } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import type { CatalogueSource } from "../../src/catalogue/views.js";

/** What a server says of itself and offers. */
export type Offer = {
  readonly tools?: readonly JsonObject[];
  readonly prompts?: readonly JsonObject[];
  readonly resources?: readonly JsonObject[];
  readonly resourceTemplates?: readonly JsonObject[];
  readonly tags?: readonly string[];
  readonly createdAt?: number;
};

const now: Now = { hub: 0, wall: 0, steady: 0 };

/** A catalogue in memory whose servers are there until they are taken away. */
export class TestCatalogue implements CatalogueSource {
  readonly #entries = new Map<string, Entry>();
  version = 0;
  /** How often all of it was listed. */
  looks = 0;

  list(): readonly Entry[] {
    this.looks += 1;
    return [...this.#entries.values()].sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
  }

  get(serverId: string): Entry | undefined {
    return this.#entries.get(serverId);
  }

  now(): Now {
    return now;
  }

  /** It tells nobody: a test says when somebody looks. */
  subscribe(): () => void {
    return () => {};
  }

  put(id: string, offer: Offer): void {
    this.#entries.set(id, entryOf(id, offer));
    this.version += 1;
  }

  remove(id: string): void {
    this.#entries.delete(id);
    this.version += 1;
  }
}

function entryOf(id: string, offer: Offer): Entry {
  const { tools = [], prompts = [], resources = [], resourceTemplates = [], tags = [] } = offer;
  const record = {
    id: `${id}-1`,
    endpoint: `http://127.0.0.1:9/${id}`,
    transport: "streamable-http",
    candidates: [],
    registeredAt: 0,
  } as const;
  return {
    record: {
      id,
      name: id,
      profile: { tags: [...tags] },
      createdAt: offer.createdAt ?? 0,
      updatedAt: 0,
      revision: 1,
      version: 1,
      instances: [record],
      lastEndpoint: record.endpoint,
      lastTransport: record.transport,
    },
    instances: [
      {
        record,
        health: {
          status: "up",
          statusSince: 0,
          statusSinceWall: 0,
          knownSince: 0,
          unansweredSince: 0,
          aliveAt: 0,
          aliveAtWall: 0,
          isDraining: false,
          failures: 0,
          successes: 1,
          isRecovering: false,
          nextProbeAt: 0,
          isBeingProbed: false,
          latenciesMs: [],
        },
      },
    ],
    snapshot: createSnapshot(
      {
        era: "modern",
        protocolVersion: "2026-07-28",
        serverInfo: { name: id },
        capabilities: {},
        tools,
        prompts,
        resources,
        resourceTemplates,
      },
      (text) => createHash("sha256").update(text).digest("hex"),
    ),
  };
}
