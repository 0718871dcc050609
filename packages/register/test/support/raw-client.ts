import { Client, StreamableHTTPClientTransport as Transport } from "@modelcontextprotocol/client";

export interface RawClientOptions {
  readonly name?: string;
  readonly capabilities?: Readonly<Record<string, unknown>>;
  readonly isModern?: boolean;
  /** What it answers to a question. Default: its name. */
  readonly answer?: (question: string) => string | Promise<string>;
}

/** A client of which the test sees what it is asked and told. */
export async function openClient(url: string, options: RawClientOptions = {}) {
  const { name = "client", isModern = false } = options;
  const capabilities = options.capabilities ?? { elicitation: { form: {} }, roots: {} };
  const client = new Client(
    { name, version: "1" },
    { capabilities, versionNegotiation: { mode: isModern ? { pin: "2026-07-28" } : "legacy" } },
  );
  const transport = new Transport(new URL(url));
  const seen = {
    questions: [] as string[],
    logs: [] as unknown[],
    updates: [] as string[],
    lists: 0,
  };
  if (capabilities.elicitation !== undefined)
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      seen.questions.push(params.message);
      const word = (await options.answer?.(params.message)) ?? name;
      return { action: "accept", content: { word } };
    });
  if (capabilities.roots !== undefined)
    client.setRequestHandler("roots/list", async () => ({
      roots: [{ uri: `file:///home/${name}`, name }],
    }));
  client.setNotificationHandler(
    "notifications/message",
    ({ params }) => void seen.logs.push(params.data),
  );
  client.setNotificationHandler(
    "notifications/resources/updated",
    ({ params }) => void seen.updates.push(params.uri),
  );
  client.setNotificationHandler("notifications/tools/list_changed", () => {
    seen.lists += 1;
  });
  await client.connect(transport);
  return {
    name,
    seen,
    client,
    async call(tool: string, given: Readonly<Record<string, unknown>> = {}): Promise<string> {
      const { content } = await client.callTool({ name: tool, arguments: given });
      const [first] = content as { text: string }[]; // the fixtures answer with one text
      return first?.text ?? "";
    },
    async close(): Promise<void> {
      if (!isModern) await transport.terminateSession().catch(() => {});
      await client.close();
    },
  };
}

export type RawClient = Awaited<ReturnType<typeof openClient>>;
