import { MemoryStore } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { expect, test } from "vitest";
import type { RequestHead } from "../request-head.js";
import { cookieName } from "./cookies.js";
import { Sessions } from "./sessions.js";

const ada: Principal = { kind: "token", id: "token:ada", grants: [{ action: "read" }] };
const publicUrl = "https://hub.example";

const headWith = (value: string): RequestHead => ({
  method: "GET",
  target: "/servers",
  address: undefined,
  publicUrl,
  header: (name) =>
    name === "cookie" ? `${cookieName("session", publicUrl)}=${value}` : undefined,
});

test.each(["runs", "starts"])(
  "a session of a token that this hub has not heard of yet, while it %s, is left as it is until it has",
  async (when) => {
    const store = new MemoryStore().signIns;
    const shared = { clock: { wall: () => 1 }, lastsMs: 1_000, follow: () => () => ada, store };
    const bonds = new Map<string, string>();
    const load = () => Sessions.load({ ...shared, bondOf: (id) => bonds.get(id) });
    const there = await Sessions.load({ ...shared, bondOf: () => "bond" });
    const running = await load();
    const { value } = await there.open(ada);
    const here = when === "starts" ? await load() : running;
    await here.reload();
    expect(here.of(headWith(value))).toBeUndefined();
    await here.close();
    expect(await store.load()).toHaveLength(1);
    expect(there.of(headWith(value))?.principal).toBe(ada);

    bonds.set(ada.id, "bond");
    expect(here.of(headWith(value))?.principal).toBe(ada);
  },
);

test("a session ends at every hub where its token is another one now", async () => {
  const store = new MemoryStore().signIns;
  const shared = { clock: { wall: () => 1 }, lastsMs: 1_000, follow: () => () => ada, store };
  const here = await Sessions.load({ ...shared, bondOf: () => "another" });
  const there = await Sessions.load({ ...shared, bondOf: () => "bond" });
  const { value } = await there.open(ada);
  await here.reload();
  expect(here.of(headWith(value))).toBeUndefined();
  await here.close();
  await there.reload();
  expect(there.of(headWith(value))).toBeUndefined();
});
