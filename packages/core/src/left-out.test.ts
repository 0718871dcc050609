import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { World } from "../test/world.js";
import { type RegistrationInput, registrationSchema } from "./registration.js";

const numRuns = Number(process.env.HUB_PROPERTY_RUNS ?? 200);
const endpoint = "http://127.0.0.1:8001/mcp";
const bare: RegistrationInput = { name: "Alpha", transport: "http", endpoint };

const whole = {
  title: "The first",
  description: "Says what it does.\nTwice.",
  version: "1.2.3",
  tags: ["a", "b"],
  owner: "Team A",
  repository: "https://git.example/alpha",
  websiteUrl: "https://alpha.example/",
  icons: [{ src: "https://alpha.example/icon.png" }],
  metadata: { zone: "north" },
} satisfies Partial<RegistrationInput>;

const profile = (world: World) => world.registry.get("alpha")?.record.profile;

describe("what a repeated registration leaves out", () => {
  test("stays as it was, also when the server was killed, or left and came back", async () => {
    const world = await World.create();
    const { lease } = await world.register({ ...bare, ...whole, lease: {} });
    await world.register({ ...bare, lease: {} }, lease?.id);
    expect(profile(world)).toEqual(whole);
    // Killed: another process, without proof.
    await world.pass(120_000);
    const { lease: next } = await world.register({ ...bare, lease: {} });
    expect(profile(world)).toEqual(whole);
    await world.registry.deregister(next?.id ?? "");
    await world.register(bare);
    expect(profile(world)).toEqual(whole);
    await world.restart();
    await world.register({ ...bare, title: "The second" });
    expect(profile(world)).toEqual({ ...whole, title: "The second" });
  });

  test("stays for all when one more instance joins, and is no news", async () => {
    const world = await World.create();
    await world.register({ ...bare, ...whole, serviceKey: "key" });
    const other = { ...bare, endpoint: "http://127.0.0.1:8002/mcp", serviceKey: "key" };
    await world.register(other);
    const { revision } = (await world.register(other)).entry.record;
    expect(profile(world)).toEqual(whole);
    expect(revision).toBe(2);
  });

  test("is not left to a stranger who takes the name over at another endpoint", async () => {
    const world = await World.create();
    await world.register({ ...bare, ...whole });
    await world.register({ ...bare, endpoint: "http://127.0.0.1:9999/mcp" });
    expect(profile(world)).toEqual({});
  });

  test("are candidates too, for the owner at the same endpoint only", async () => {
    const world = await World.create();
    const candidates = ["http://10.0.0.7:8001/mcp"];
    const { lease } = await world.register({ ...bare, candidates, lease: {} });
    const next = await world.register({ ...bare, lease: {} }, lease?.id);
    expect(next.instance.record.candidates).toEqual(candidates);
    const moved = { ...bare, endpoint: "http://127.0.0.1:8002/mcp", lease: {} };
    const { instance, lease: last } = await world.register(moved, next.lease?.id);
    expect(instance.record.candidates).toEqual([]);
    await world.register({ ...moved, candidates }, last?.id);
    expect(world.registry.get("alpha")?.record.instances[0]?.candidates).toEqual(candidates);
  });

  test("taken back by null or by an empty value is gone, whichever field it is", async () => {
    const nothings: Readonly<Record<keyof typeof whole, readonly unknown[]>> = {
      title: [null, "", "  "],
      description: [null, "", "\n"],
      version: [null, ""],
      tags: [null, []],
      owner: [null, ""],
      repository: [null, "", " "],
      websiteUrl: [null, ""],
      icons: [null, []],
      metadata: [null, {}],
    };
    const world = await World.create();
    const step = fc.record(
      Object.fromEntries(
        Object.entries(nothings).map(([field, values]) => [
          field,
          fc.option(fc.constantFrom(whole[field as keyof typeof whole], ...values), {
            nil: undefined,
          }),
        ]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
        await world.registry.remove("alpha").catch(() => {});
        await world.register(bare);
        const expected: Record<string, unknown> = {};
        for (const said of steps) {
          const given = Object.entries(said).filter(([, value]) => value !== undefined);
          await world.registry.register(
            registrationSchema.parse({ ...bare, ...Object.fromEntries(given) }),
          );
          for (const [field, value] of given) {
            if (value === whole[field as keyof typeof whole]) expected[field] = value;
            else delete expected[field];
          }
        }
        expect(profile(world)).toEqual(expected);
      }),
      { numRuns: Math.min(numRuns, 300) },
    );
  });

  test("null is refused where nothing can be taken back", () => {
    for (const field of ["name", "transport", "endpoint"])
      expect(registrationSchema.safeParse({ ...bare, [field]: null }).success).toBe(false);
  });
});
