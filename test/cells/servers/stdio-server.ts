// Run as a program of its own by hub-register: the server of SDK v1, over stdio.
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { Offer } from "./offer.js";
import { createV1Server } from "./v1-server.js";

await createV1Server(new Offer(process.argv[2] ?? "stdio")).connect(new StdioServerTransport());
