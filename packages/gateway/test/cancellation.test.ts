import {
  closeAll,
  interceptMessages,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  type UpstreamCall,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** A tool that says that it works and never comes to an end. */
function endless(call: UpstreamCall): undefined {
  call.progress(1);
}

async function started(upstream: Upstream): Promise<UpstreamCall> {
  return until("the call to arrive", () => upstream.callsOf("endless")[0]);
}

async function both() {
  const hub = await TestHub.start();
  const old = (await LegacyUpstream.start({ tools: ["endless", "echo"] })).on("endless", endless);
  const modern = (await ModernUpstream.start({ tools: ["endless", "echo"] })).on(
    "endless",
    endless,
  );
  await hub.register("old", old);
  await hub.register("new", modern);
  return { hub, old, modern };
}

describe("a call that its client takes back", () => {
  test("legacy to legacy: the server gets notifications/cancelled with its own id, and the stream ends without an answer", async () => {
    const { hub, old } = await both();
    const client = await LegacyClient.open(hub.url);
    const kept = client.call("old__endless", {}, { id: 70, _meta: { progressToken: 1 } });
    const other = client.call("old__endless", {}, { id: 71, _meta: { progressToken: 2 } });
    await until("both calls", () => old.callsOf("endless").length === 2);
    await client.notify("notifications/cancelled", { requestId: 71, reason: "enough" });
    const [, second] = old.callsOf("endless");
    await until("the server to hear of it", () => second?.isCancelled);
    expect((await other.done).response).toEqual({});
    expect(old.callsOf("endless")[0]?.isCancelled).toBe(false);
    // The session goes on.
    expect(textOf(await client.ask("tools/call", { name: "old__echo", arguments: {} }))).toBe("{}");
    kept.close();
  });

  test("legacy to modern: the server sees its stream closed", async () => {
    const { hub, modern } = await both();
    const client = await LegacyClient.open(hub.url);
    client.call("new__endless", {}, { id: 9, _meta: { progressToken: 1 } });
    const call = await started(modern);
    await client.notify("notifications/cancelled", { requestId: 9 });
    await until("the stream to be closed", () => call.isClosed);
  });

  test("modern to modern: closing the stream closes it at the server", async () => {
    const { hub, modern } = await both();
    const exchange = new ModernClient(hub.url).call("new__endless");
    const call = await started(modern);
    await exchange.opened;
    exchange.close();
    await until("the stream to be closed", () => call.isClosed);
  });

  test("modern to legacy: closing the stream cancels at the server and ends its session", async () => {
    const { hub, old } = await both();
    const exchange = new ModernClient(hub.url).call(
      "old__endless",
      {},
      {
        _meta: { progressToken: "p" },
      },
    );
    const call = await started(old);
    await exchange.opened;
    exchange.close();
    await until("the server to hear of it", () => call.isCancelled);
    await until("the session to end", () => old.clientSessions.length === 0);
  });

  test("modern to legacy: the session ends only after the server has taken the cancellation", async () => {
    const { hub, old } = await both();
    const held: (() => void)[] = [];
    interceptMessages(old, ({ method }, _response, pass) => {
      if (method === "notifications/cancelled") held.push(pass);
      return method === "notifications/cancelled";
    });
    const exchange = new ModernClient(hub.url).call("old__endless");
    const call = await started(old);
    await exchange.opened;
    exchange.close();
    await until("the cancellation to arrive", () => held.length === 1);
    // What the hub sends the server after that has come, and the session still stands.
    await new ModernClient(hub.url).call("old__echo").done;
    expect(old.deleted).not.toContain(call.sessionId);
    held[0]?.();
    await until("the session to end", () => old.deleted.includes(call.sessionId ?? ""));
    expect(call.isCancelled).toBe(true);
  });

  test("a legacy client that loses its connection has not cancelled", async () => {
    const { hub, old } = await both();
    const client = await LegacyClient.open(hub.url);
    const exchange = client.call("old__endless");
    const call = await started(old);
    await exchange.opened;
    exchange.close();
    // The server hears of everything that comes after, so of a cancellation as well.
    await client.ask("tools/call", { name: "old__echo", arguments: {} });
    expect(call.isCancelled).toBe(false);
  });

  test("a call that waits in line is not sent when its client has gone", async () => {
    const hub = await TestHub.start({ budgets: { callsInFlight: 1 } });
    const upstream = await ModernUpstream.start({ tools: ["endless", "echo"] });
    upstream.on("endless", endless).on("echo", () => textResult("done"));
    await hub.register("new", upstream);
    const client = new ModernClient(hub.url);
    const first = client.call("new__endless");
    await started(upstream);
    await first.opened;
    const second = client.call("new__echo");
    const third = client.call("new__endless");
    await until("both to wait", async () => (await hub.inFlight("new")) === 3);
    third.close();
    await until("one to leave", async () => (await hub.inFlight("new")) === 2);
    first.close();
    expect(textOf((await second.done).response)).toBe("done");
    expect(upstream.callsOf("endless")).toHaveLength(1);
  });
});
