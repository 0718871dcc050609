import { HubProcess } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let hub: HubProcess;
beforeAll(async () => {
  hub = await HubProcess.start();
});
afterAll(() => hub.stop());

test("candidates that the hub never dials are left out with a word, and the others are kept", async () => {
  const useless = [
    "http://169.254.169.254/mcp",
    "http://[fe80::1]:8002/mcp",
    "http://224.0.0.1/mcp",
    `${hub.url}/mcp`,
  ];
  const useful = ["http://10.0.0.7:8002/mcp", "http://weather:8002/mcp"];
  const registration = {
    name: "A",
    transport: "http",
    endpoint: "http://127.0.0.1:9/mcp",
    candidates: [useful[0], ...useless, useful[1]],
  };
  const response = await hub.register(registration);
  expect(response.status).toBe(201);
  const { warnings } = (await response.json()) as { warnings: readonly string[] };
  expect(warnings).toHaveLength(useless.length);
  for (const [index, url] of useless.entries())
    expect(warnings[index]).toContain(`The candidate ${url} was left out. `);
  expect((await hub.server("a"))?.instances[0]?.candidates).toEqual(useful);
});

test("an endpoint that the hub never dials is refused: it is no guess", async () => {
  const endpoint = "http://169.254.169.254/mcp";
  const refused = await hub.register({ name: "B", transport: "http", endpoint });
  expect(await refused.json()).toMatchObject({ code: "ENDPOINT_REFUSED" });
});
