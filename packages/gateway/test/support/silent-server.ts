import { BudgetBook } from "@hub/core";
import type { UpstreamDialer, UpstreamReceiver, UpstreamRequest } from "@hub/core/upstream";
import { defaultLimits } from "../../src/limits.js";
import { Instances } from "../../src/upstream/instances.js";
import { type LegacyLink, resumeStreamableLink } from "../../src/upstream/legacy-link.js";
import { messageLimits } from "../../src/wire/message-limits.js";
import { TestCatalogue } from "./catalogue.js";

/** A 2025 server that sends nothing on the streams that it is asked for until a test says so. */
export class SilentServer implements UpstreamDialer {
  /** The streams that it was asked for. */
  readonly streams: UpstreamReceiver[] = [];
  /** A session with it. */
  readonly link: LegacyLink;

  constructor() {
    const catalogue = new TestCatalogue();
    catalogue.put("old", {});
    const [entry] = catalogue.list();
    const budgets = new BudgetBook();
    const instanceId = entry?.instances[0]?.record.id ?? "";
    const instances = new Instances(defaultLimits, budgets, catalogue);
    const instance = entry && instances.get(entry, instanceId);
    if (instance === undefined) throw new Error("It was just put there.");
    const { handshakeMs, callTimeoutMs } = defaultLimits;
    const limits = messageLimits(budgets, callTimeoutMs).ofServers;
    const identity = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: {} };
    const kept = { serverId: "old", instanceId, sessionId: "one", canLog: false };
    this.link = resumeStreamableLink(
      { dialer: this, instance, identity, handshakeMs, limits },
      { ...kept, protocolVersion: "2025-11-25" },
    );
  }

  send(_url: string, { method }: UpstreamRequest, receiver: UpstreamReceiver) {
    if (method === "GET") this.streams.push(receiver);
    return { abort() {}, pause() {}, resume() {} };
  }

  /** Sends the headers of the stream that was asked for last, and what comes with them. */
  open(text = ""): void {
    const stream = this.streams.at(-1);
    stream?.onHead(200, { "content-type": "text/event-stream" });
    if (text !== "") stream?.onData(Buffer.from(text));
  }

  end(): void {
    this.streams.at(-1)?.onEnd();
  }
}
