import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  type Payload,
  TestHub,
  textOf,
  textResult,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const pages = [
  { mode: "url", elicitationId: "e1", url: "https://login.test/a", message: "Log in." },
  { mode: "url", elicitationId: "e2", url: "https://login.test/b", message: "Agree." },
];

const refusal = {
  code: -32_042,
  message: "Open these pages first.",
  data: { elicitations: pages },
};

const paths = [
  ["/mcp", "old__login"],
  ["/servers/old/mcp", "login"],
] as const;

/** A server of 2025-11-25 whose tool works once its user has opened two pages. */
async function withServer() {
  const hub = await TestHub.start();
  const upstream = await LegacyUpstream.start({ tools: ["login"] });
  const user = { hasLoggedIn: false };
  upstream.on("login", (call) => {
    if (user.hasLoggedIn) return textResult("welcome");
    call.answer({ error: refusal });
    return undefined;
  });
  await hub.register("old", upstream);
  return { hub, upstream, user };
}

describe("a 2025 server that wants pages to be opened first (-32042)", () => {
  for (const [path, tool] of paths) {
    test(`asks a modern client that can open them for input, at ${path}; its retry is a new call`, async () => {
      const { hub, upstream, user } = await withServer();
      const capabilities = { elicitation: { url: {} } };
      const client = new ModernClient(hub.url, { path, capabilities });
      const { status, response } = await client.call(tool).done;
      expect(status).toBe(200);
      expect(response.result?.resultType).toBe("input_required");
      const inputRequests = (response.result?.inputRequests ?? {}) as Payload; // by the revision
      expect(Object.values(inputRequests)).toEqual(
        pages.map((params) => ({ method: "elicitation/create", params })),
      );
      expect(await hub.inFlight("old")).toBe(0);
      expect(upstream.clientSessions).toHaveLength(0);
      user.hasLoggedIn = true;
      const inputResponses = Object.fromEntries(
        Object.keys(inputRequests).map((key) => [key, { action: "accept" }]),
      );
      const again = (await client.call(tool, {}, { inputResponses }).done).response;
      expect(again.result?.resultType).toBe("complete");
      expect(textOf(again)).toBe("welcome");
      expect(upstream.callsOf("login")).toHaveLength(2);
    });

    for (const capabilities of [{}, { elicitation: {} }, { elicitation: { form: {} } }]) {
      test(`is an error for a modern client with ${JSON.stringify(capabilities)}, at ${path}: -32021, HTTP 400`, async () => {
        const { hub } = await withServer();
        const client = new ModernClient(hub.url, { path, capabilities });
        const { status, response } = await client.call(tool).done;
        expect(status).toBe(400);
        expect(response.error).toEqual({
          code: -32_021,
          message: expect.any(String),
          data: { requiredCapabilities: { elicitation: { url: {} } } },
        });
      });
    }

    test(`tells a 2025 client so itself, at ${path}`, async () => {
      const { hub } = await withServer();
      const capabilities = { elicitation: { form: {}, url: {} } };
      const client = await LegacyClient.open(hub.url, { path, capabilities });
      const { response } = await client.call(tool).done;
      expect(response.error).toEqual(refusal);
    });
  }
});
