export type Payload = Readonly<Record<string, unknown>>;

export type Params = Payload & { readonly _meta?: Payload };

/** Any JSON-RPC message, as a test reads it. */
export type Message = {
  readonly jsonrpc?: "2.0";
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Params;
  readonly result?: Payload;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: Payload };
};

export const metaKey = (name: string) => `io.modelcontextprotocol/${name}`;

export const modernVersion = "2026-07-28";
export const legacyVersion = "2025-11-25";

/** The first text of a tool's result. */
export function textOf(message: Message): string {
  const [first] = (message.result?.content ?? []) as readonly Payload[]; // what our own tools answer
  return String(first?.text);
}

export function textResult(text: string): Payload {
  return { content: [{ type: "text", text }] };
}
