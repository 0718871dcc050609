// Clients of the soak, one interface for both eras.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const info = { name: "soak", version: "1.0.0" };
const capabilities = { elicitation: { form: {} } };
const answer = async () => ({ action: "accept", content: { word: "soak" } });

export async function legacyClient(url) {
  const client = new ClientV1(info, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, answer);
  await client.connect(new TransportV1(new URL(url)));
  return {
    list: () => client.listTools(),
    call: (name, given, onprogress) =>
      client.callTool({ name, arguments: given }, undefined, onprogress && { onprogress }),
    close: () => client.close(),
  };
}

export async function modernClient(url) {
  const client = new ClientV2(info, {
    capabilities,
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  client.setRequestHandler("elicitation/create", answer);
  await client.connect(new TransportV2(new URL(url)));
  return {
    list: () => client.listTools(),
    call: (name, given, onprogress) =>
      client.callTool({ name, arguments: given }, onprogress && { onprogress }),
    close: () => client.close(),
  };
}
