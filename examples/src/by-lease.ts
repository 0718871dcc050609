import { createServer } from "node:http";
import { registerUrl } from "@hub/register/lease";

// Your server, made with whatever you like, in this process or in another.
const server = createServer((_request, response) => response.writeHead(501).end());
server.listen(8_003, "127.0.0.1");

const registered = registerUrl("http://127.0.0.1:8003/mcp", { name: "Served by myself" });
server.on("close", () => registered.close());
