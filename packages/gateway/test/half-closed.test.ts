import { connect } from "node:net";
import {
  closeAll,
  closeLater,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  modernVersion,
  TestHub,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const eras = { legacy: LegacyUpstream, modern: ModernUpstream };

/** A call of 2026-07-28 as text, on a connection of its own. */
function callText(hubUrl: string, path: string, name: string): string {
  const meta = {
    "io.modelcontextprotocol/protocolVersion": modernVersion,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": { name: "half", version: "1" },
  };
  const params = { name, arguments: {}, _meta: meta };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(hubUrl).host}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    `MCP-Protocol-Version: ${modernVersion}`,
    "Mcp-Method: tools/call",
    `Mcp-Name: ${name}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

describe("a client that ends its side of the connection in the middle of an answer, and reads nothing", () => {
  for (const era of ["legacy", "modern"] as const)
    for (const type of ["application/json", "text/event-stream"])
      for (const path of ["/mcp", "/servers/one/mcp"])
        test(`of a ${era} server (${type}) at ${path} costs nobody anything`, async () => {
          const hub = await TestHub.start();
          const upstream = await eras[era].start({ tools: ["long", "echo"] });
          const calls: UpstreamCall[] = [];
          upstream.on("long", (call) => {
            calls.push(call);
            const { id, response } = call;
            const begun = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"`;
            response.writeHead(200, { "content-type": type, connection: "close" });
            response.write(type === "application/json" ? begun : `data: ${begun}`);
            const more = () => {
              if (!response.destroyed) response.write("z".repeat(65_536), more);
            };
            more();
            return undefined;
          });
          await hub.register("one", upstream);
          const name = path === "/mcp" ? "one__long" : "long";
          const { port } = new URL(hub.url);
          const socket = connect({ port: Number(port), host: "127.0.0.1", allowHalfOpen: true });
          socket.on("error", () => undefined);
          closeLater(() => void socket.destroy());
          socket.write(callText(hub.url, path, name));
          // It looks at the head of the answer, and at nothing more.
          await new Promise<void>((resolve) => socket.once("readable", () => resolve()));
          socket.end();
          await until("the server's answer to be closed", () => calls[0]?.isClosed === true);
          const echo = path === "/mcp" ? "one__echo" : "echo";
          const { response } = await new ModernClient(hub.url, { path }).call(echo).done;
          expect(response.result).toBeDefined();
          expect((await hub.budget("waitingBytes")).used).toBe(0);
          expect(hub.errors).toEqual([]);
        });
});
