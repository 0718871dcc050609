import type { Driver } from "./driver.js";
import { connectV1, connectV1OverSse } from "./v1-client.js";
import { connectV2 } from "./v2-client.js";

/** The clients of the cells, by what the tables call them. */
export const clientKinds = {
  "SDK v1": (url) => connectV1("sdk-v1-client", url),
  "SDK v1 HTTP+SSE": (url) => connectV1OverSse("sdk-v1-sse-client", url.replace(/mcp$/, "sse")),
  "SDK v2 legacy": (url) => connectV2("sdk-v2-legacy-client", url, "legacy"),
  "SDK v2 auto": (url) => connectV2("sdk-v2-auto-client", url, "auto"),
  // Where servers keep sessions, an endpoint offers 2026-07-28 to those alone who ask for it.
  "SDK v2 2026-07-28": (url) =>
    connectV2("sdk-v2-modern-client", `${url}?revision=2026-07-28`, "modern"),
} as const satisfies Readonly<Record<string, (url: string) => Promise<Driver>>>;

export type ClientKind = keyof typeof clientKinds;
