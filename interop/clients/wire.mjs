// Stands between the clients and the hub, passes every byte on as it comes, and remembers what was spoken.
import { createServer, request as send } from "node:http";

/** What went over the wire since the last `clear`. */
export class Wire {
  /** Revisions named in headers or in the body of `initialize`, in the order of their first use. */
  revisions = new Set();
  methods = new Map();
  endedSessions = 0;

  /** How often a JSON-RPC method was sent. */
  count(method) {
    return this.methods.get(method) ?? 0;
  }

  clear() {
    this.revisions.clear();
    this.methods.clear();
    this.endedSessions = 0;
  }

  note(request, body) {
    if (request.method === "DELETE") this.endedSessions += 1;
    if (request.method !== "POST") return;
    for (const { method, params } of [JSON.parse(body)].flat()) {
      if (method === undefined) continue;
      this.methods.set(method, this.count(method) + 1);
      const named =
        method === "initialize" ? params.protocolVersion : request.headers["mcp-protocol-version"];
      if (named !== undefined) this.revisions.add(named);
    }
  }

  /** Listens before the hub at `target`; resolves with the URL for clients. */
  listen(target) {
    const { host, hostname, port } = new URL(target);
    const server = createServer((request, response) => {
      const headers = { ...request.headers, host };
      const onward = send({ hostname, port, path: request.url, method: request.method, headers });
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => this.note(request, Buffer.concat(chunks).toString()));
      request.pipe(onward);
      onward.on("response", (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        response.flushHeaders();
        answer.pipe(response);
        answer.on("error", () => response.destroy());
      });
      onward.on("error", () => response.destroy());
      response.on("close", () => onward.destroy());
    });
    // The test ends when its clients have, whatever connections they left.
    server.unref();
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`));
    });
  }
}
