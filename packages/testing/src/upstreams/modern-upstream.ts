import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "../http-server.js";
import { type Message, metaKey, modernVersion, type Payload } from "../messages.js";
import { Upstream, type UpstreamOptions } from "./upstream.js";
import { UpstreamCall } from "./upstream-call.js";

/** A server of 2026-07-28 that opens no session for anybody. */
export class ModernUpstream extends Upstream {
  /** `subscriptions/listen` that are open. */
  readonly listening = new Set<UpstreamCall>();

  /** How many of them there were at the worst moment since the first. */
  fewestListening = Number.POSITIVE_INFINITY;

  static start(options: UpstreamOptions = {}): Promise<ModernUpstream> {
    return new ModernUpstream(options).start();
  }

  announce(method: string, params: Payload = {}): void {
    for (const call of this.listening)
      call.send({ method, params: { ...params, _meta: { [metaKey("subscriptionId")]: call.id } } });
  }

  /** The resources that somebody follows here now. */
  get followed(): readonly unknown[] {
    return [...this.listening].flatMap(
      ({ params }) => (params.notifications as Payload).resourceSubscriptions ?? [], // the hub's
    );
  }

  handleOther(_: IncomingMessage, response: ServerResponse): void {
    response.writeHead(405, { allow: "POST" }).end();
  }

  handle(message: Message, request: IncomingMessage, response: ServerResponse): void {
    const call = new UpstreamCall(message, request.headers, response);
    const common = { resultType: "complete", ttlMs: 1_000, cacheScope: "private" };
    if (message.method === "server/discover") {
      const result = {
        ...common,
        supportedVersions: [modernVersion],
        capabilities: this.offer.capabilities,
        instructions: this.offer.instructions,
        _meta: { [metaKey("serverInfo")]: { name: this.name, version: "1" } },
      };
      call.answer({ result });
      return;
    }
    if (message.method === "initialize") {
      const error = {
        code: -32_022,
        message: "Unsupported protocol version",
        data: { supported: [modernVersion] },
      };
      sendJson(response, 400, { jsonrpc: "2.0", id: message.id, error });
      return;
    }
    if (message.method === "subscriptions/listen") {
      this.listening.add(call);
      response.on("close", () => {
        this.listening.delete(call);
        this.fewestListening = Math.min(this.fewestListening, this.listening.size);
      });
      const notifications = message.params?.notifications;
      call.send({
        method: "notifications/subscriptions/acknowledged",
        params: { notifications, _meta: { [metaKey("subscriptionId")]: call.id } },
      });
      return;
    }
    if (this.serve(call, common)) return;
    const error = { code: -32_601, message: `Method not found: ${message.method}` };
    sendJson(response, 404, { jsonrpc: "2.0", id: message.id, error });
  }
}
