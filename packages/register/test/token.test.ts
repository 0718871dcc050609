import { closeAll, closeLater, knownTokens, ModernUpstream, TestHub, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { register } from "../src/index.js";

afterEach(closeAll);

test("a server registers with the token that a function says then, as tokens of issuers change", async () => {
  const access = knownTokens({ second: [{ action: "register", servers: ["tides"] }] });
  const hub = await TestHub.start({ access, settings: { heartbeatMs: 100 } });
  const tides = await ModernUpstream.start({ name: "tides" });
  const said: string[] = [];
  const registered = await register(tides.endpoint, {
    name: "tides",
    hubUrl: hub.url,
    signals: false,
    log: () => {},
    token: async () => {
      said.push(said.length === 0 ? "first" : "second");
      return said.at(-1);
    },
  });
  closeLater(() => registered.close());
  await until("the server to be registered", () => hub.entry("tides"));
  // Refused with the first, it asked once more; each heartbeat asks again.
  expect(said.slice(0, 2)).toEqual(["first", "second"]);
  await until("heartbeats", () => said.length > 3);
});
