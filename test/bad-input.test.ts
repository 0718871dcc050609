import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { answerSchema, getServer, listServers } from "@hub/api";
import { registrationSchema } from "@hub/core";
import { HubProcess, sendAll, wronglyAnswered } from "@hub/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badRegistrations } from "./support/bad-registrations.js";
import { badRequests } from "./support/bad-requests.js";
import { secretMark } from "./support/spoilt-registrations.js";

/** Another one finds other things: `FUZZ_SEED=1 npx vitest run test/bad-input.test.ts`. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_123);

/** How many requests to /register there are, and fewer to everything else. */
const most = 5 * Number(process.env.HUB_PROPERTY_RUNS ?? 400);
const fewer = Math.ceil(most / 4);

let hub: HubProcess;

beforeAll(async () => {
  hub = await HubProcess.start();
});

afterAll(() => hub.stop());

/** What the hub has on disk. */
function stored(): string {
  return readdirSync(hub.dataDir)
    .map((name) => readFileSync(join(hub.dataDir, name), "latin1"))
    .join("");
}

function logLines(): readonly Record<string, unknown>[] {
  return hub.program.output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

/** Every promise about the hub that no input may break. */
async function expectSound(): Promise<void> {
  expect([hub.program.child.exitCode, hub.program.child.signalCode]).toEqual([null, null]);
  const faults = logLines().filter(({ level }) => level !== "info" && level !== "warn");
  expect(faults).toEqual([]);
  const { servers } = answerSchema(listServers, 200).parse(
    await (await fetch(`${hub.url}/servers`)).json(),
  );
  expect(new Set(servers.map(({ id }) => id)).size).toBe(servers.length);
  for (const { id } of servers) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(id.length).toBeLessThanOrEqual(40);
    const found = await (await fetch(`${hub.url}/servers/${id}`)).json();
    const server = answerSchema(getServer, 200).parse(found);
    for (const instance of server.instances) {
      const { name, title, description, version, tags, owner, icons, metadata } = server;
      const again = {
        ...{ name, title, description, version, tags, owner, icons, metadata },
        repository: server.repository,
        websiteUrl: server.websiteUrl,
        transport: instance.transport,
        endpoint: instance.registeredEndpoint,
        instanceId: instance.id,
        candidates: instance.candidates,
      };
      // What was stored is what the rules make of it: they change nothing any more.
      expect(registrationSchema.parse(again)).toEqual(again);
    }
  }
}

describe(`bad input (seed ${seed})`, () => {
  test(`${most} requests to /register: 2xx or 4xx, nothing stored that should not be`, async () => {
    const requests = fc.sample(badRegistrations(hub.port), { numRuns: most, seed });
    const results = await sendAll(hub.port, requests);
    expect(results).toHaveLength(most);
    expect(wronglyAnswered(results)).toEqual([]);
    await expectSound();
    // Enough came through to say something of what is stored.
    expect((await hub.servers()).length).toBeGreaterThan(most / 200);

    const answers = results.flatMap(({ answers: all }) => all);
    for (const { status, body } of answers) {
      if (status >= 400 && body !== "") expect(JSON.parse(body)).toHaveProperty("detail");
    }
    expect(answers.filter(({ body }) => body.includes(secretMark)).map(({ body }) => body)).toEqual(
      [],
    );
    const list = await (await fetch(`${hub.url}/servers`)).text();
    const events = JSON.stringify(await hub.events());
    const leaseIds = answers.flatMap(
      ({ body }) => /"lease":\{"id":"([^"]+)"/.exec(body)?.[1] ?? [],
    );
    expect(leaseIds.length).toBeGreaterThan(most / 200);
    for (const place of [list, events, hub.program.output, stored()]) {
      expect(place.includes(secretMark)).toBe(false);
      expect(leaseIds.filter((id) => place.includes(id))).toEqual([]);
    }
  });

  test(`${fewer} requests to everything else: 2xx, 304 or 4xx`, async () => {
    const ids = (await hub.servers()).map(({ id }) => id).slice(0, 10);
    const requests = fc.sample(badRequests(hub.port, ids), { numRuns: fewer, seed });
    const results = await sendAll(hub.port, requests);
    expect(results).toHaveLength(fewer);
    expect(wronglyAnswered(results)).toEqual([]);
    await expectSound();
  });
});
