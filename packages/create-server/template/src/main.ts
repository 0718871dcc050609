// Serves the server over HTTP and keeps it registered with the hub at MCP_HUB_URL (http://127.0.0.1:8001). It
// serves without a hub too, and registers when one appears.
import { register } from "@hub/register";
import { createServer } from "./server.js";

register(createServer, { tags: ["new"] });
