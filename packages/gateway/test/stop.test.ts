import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  TestHub,
  textOf,
  textResult,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

describe("a server that leaves", () => {
  test("finishes the calls it has, and gets no new ones", async () => {
    const hub = await TestHub.start();
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const modern = (await ModernUpstream.start({ tools: ["slow"] })).on("slow", async () => {
      await gate;
      return textResult("done");
    });
    const lease = await hub.register("new", modern);
    const client = new ModernClient(hub.url);
    const call = client.call("new__slow");
    await until("the call to arrive", () => modern.callsOf("slow").length === 1);
    await hub.deregister(lease);
    const { response } = await client.call("new__slow").done;
    expect(response.error?.data).toMatchObject({ hubError: "SERVER_UNAVAILABLE" });
    letGo();
    expect(textOf((await call.done).response)).toBe("done");
    expect(modern.callsOf("slow")).toHaveLength(1);
  });
});

describe("a hub that stops", () => {
  test("lets calls in flight finish, in both eras, and ends streams that would never end", async () => {
    const hub = await TestHub.start();
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = async () => {
      await gate;
      return textResult("done");
    };
    const old = (await LegacyUpstream.start({ tools: ["slow"] })).on("slow", slow);
    const modern = (await ModernUpstream.start({ tools: ["slow"] })).on("slow", slow);
    await hub.register("old", old);
    await hub.register("new", modern);
    const session = await LegacyClient.open(hub.url);
    await session.listen();
    const stateless = new ModernClient(hub.url);
    const listening = stateless.send("subscriptions/listen", {
      notifications: { toolsListChanged: true },
    });
    await until("the acknowledgement", () => listening.messages.length > 0);
    const calls = ["old__slow", "new__slow"].flatMap((name) => [
      session.call(name),
      stateless.call(name),
    ]);
    await until(
      "all calls to arrive",
      () => old.callsOf("slow").length + modern.callsOf("slow").length === calls.length,
    );
    const stopped = hub.stop();
    expect((await listening.done).response).toMatchObject({ result: { resultType: "complete" } });
    letGo();
    const answers = await Promise.all(calls.map(({ done }) => done));
    expect(answers.map(({ response }) => textOf(response))).toEqual(calls.map(() => "done"));
    await stopped;
  });
});
