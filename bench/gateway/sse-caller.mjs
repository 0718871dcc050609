// A caller of the transport before streamable HTTP, which the peer speaks: requests go out on one connection,
// answers come on the stream of another.
import { Connection } from "./connection.mjs";
import { legacy, notificationText, requestParts, requestText } from "./mcp.mjs";

export class SseCaller {
  #target;
  #stream;
  #connection;
  #buffer = "";
  #onEvent;

  static async open(target) {
    const caller = new SseCaller();
    caller.#stream = await Connection.open(target.port);
    caller.#connection = await Connection.open(target.port);
    const opened = caller.#next();
    const get = `GET ${target.path} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nAccept: text/event-stream\r\n\r\n`;
    // The stream ends when its connection is closed.
    caller.#stream.send(get, (piece) => caller.#read(piece)).catch(() => undefined);
    caller.#target = { ...target, path: await opened };
    const params = {
      protocolVersion: legacy,
      capabilities: {},
      clientInfo: { name: "bench", version: "1.0.0" },
    };
    await caller.send(requestText(caller.#target, { id: 1, method: "initialize", params }));
    await caller.#connection.send(notificationText(caller.#target, "notifications/initialized"));
    return caller;
  }

  parts(request) {
    return requestParts(this.#target, request);
  }

  /** Resolves when the answer has come; the status is that of the answer as a whole. */
  async send(request, onBody) {
    const answered = this.#next();
    const { status } = await this.#connection.send(request);
    if (status !== 202) return { status };
    onBody?.(Buffer.from(await answered));
    return { status: 200 };
  }

  async close() {
    this.#connection.close();
    this.#stream.close();
  }

  /** The data of the next event that matters: the endpoint, or an answer. */
  #next() {
    return new Promise((resolve) => {
      this.#onEvent = resolve;
    });
  }

  #read(piece) {
    this.#buffer += piece.latin1Slice();
    for (;;) {
      const end = this.#buffer.indexOf("\n\n");
      if (end === -1) return;
      const data = /^data: (.*)$/m.exec(this.#buffer.slice(0, end))?.[1] ?? "";
      this.#buffer = this.#buffer.slice(end + 2);
      if (data.startsWith("/") || data.includes('"id":')) this.#onEvent?.(data);
    }
  }
}
