import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";

/** What the tests need of a client, whichever SDK and era it is. */
export interface TestClient {
  readonly logs: unknown[];
  readonly questions: string[];
  toolChanges: number;
  listTools(): Promise<string[]>;
  call(
    name: string,
    args?: Record<string, unknown>,
    onProgress?: (message: string) => void,
  ): Promise<string>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

export const clientKinds = ["v1", "v2 legacy", "v2 modern"] as const;
export type ClientKind = (typeof clientKinds)[number];

const capabilities = { elicitation: { form: {} }, sampling: {} };

function firstText(result: unknown): string {
  const [content] = (result as { content: { text: string }[] }).content;
  return content?.text ?? "";
}

export function connectClient(kind: ClientKind, url: string, word = "apple"): Promise<TestClient> {
  return kind === "v1" ? connectV1(url, word) : connectV2(url, word, kind === "v2 modern");
}

async function connectV1(url: string, word: string): Promise<TestClient> {
  const client = new ClientV1({ name: "test", version: "1" }, { capabilities });
  const test: TestClient = {
    logs: [],
    questions: [],
    toolChanges: 0,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, onProgress) => {
      const onprogress = ({ message }: { message?: string }) => onProgress?.(message ?? "");
      const options = onProgress === undefined ? {} : { onprogress };
      return firstText(
        await client.callTool({ name, arguments: args }, undefined, options as never),
      );
    },
    listen: async () => {},
    close: async () => {
      await (client.transport as TransportV1).terminateSession();
      await client.close();
    },
  };
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    test.questions.push(params.message);
    return { action: "accept", content: { word } };
  });
  client.setRequestHandler(CreateMessageRequestSchema, async () => ({
    model: "m",
    role: "assistant",
    content: { type: "text", text: word },
  }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    test.logs.push(params.data);
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    test.toolChanges += 1;
  });
  await client.connect(new TransportV1(new URL(url)) as never);
  return test;
}

async function connectV2(url: string, word: string, isModern: boolean): Promise<TestClient> {
  const client = new ClientV2(
    { name: "test", version: "1" },
    {
      capabilities,
      versionNegotiation: { mode: isModern ? { pin: "2026-07-28" } : "legacy" },
    },
  );
  const transport = new TransportV2(new URL(url));
  const test: TestClient = {
    logs: [],
    questions: [],
    toolChanges: 0,
    listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}, onProgress) => {
      const onprogress = ({ message }: { message?: string }) => onProgress?.(message ?? "");
      const _meta = isModern ? { "io.modelcontextprotocol/logLevel": "info" } : {};
      const params = { name, arguments: args, _meta };
      const options = onProgress === undefined ? {} : { onprogress };
      return firstText(await client.callTool(params as never, options as never));
    },
    listen: async () => {
      if (isModern) await client.listen({ toolsListChanged: true });
    },
    close: async () => {
      if (!isModern) await transport.terminateSession();
      await client.close();
    },
  };
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    test.questions.push(params.message);
    return { action: "accept", content: { word } };
  });
  client.setRequestHandler("sampling/createMessage", async () => ({
    model: "m",
    role: "assistant",
    content: { type: "text", text: word },
  }));
  client.setNotificationHandler("notifications/message", ({ params }) => {
    test.logs.push(params.data);
  });
  client.setNotificationHandler("notifications/tools/list_changed", () => {
    test.toolChanges += 1;
  });
  await client.connect(transport);
  return test;
}
