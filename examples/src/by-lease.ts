import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { registerUrl } from "@hub/register/lease";

// Your server, made with whatever you like, in this process or in another.
const server = createServer((_request, response) => response.writeHead(501).end());
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo; // a TCP port
  registerUrl(`http://127.0.0.1:${port}/mcp`, { name: "Served by myself" });
});
