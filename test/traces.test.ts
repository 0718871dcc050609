import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  Collector,
  closeAll,
  closedPort,
  closeLater,
  HubProcess,
  ModernClient,
  ModernUpstream,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

/** Where this repository has the packages that an operator installs; the guide names the variable. */
const NODE_PATH = fileURLToPath(new URL("../packages/server/node_modules", import.meta.url));

async function hubWith(env: Readonly<Record<string, string>>): Promise<HubProcess> {
  const hub = await HubProcess.start({ NODE_PATH, ...env });
  closeLater(() => hub.stop());
  const upstream = await ModernUpstream.start();
  await hub.register({ name: "one", transport: "http", endpoint: upstream.endpoint });
  await hub.status("one", "up");
  return hub;
}

const call = async (hub: HubProcess) =>
  (await new ModernClient(hub.url).call("one__echo", { a: 1 }).done).response;

/** Says of each package of OpenTelemetry that somebody looks for it, and hides them all where it is told to. */
const hook = `
const Module = require("node:module");
const resolve = Module._resolveFilename;
Module._resolveFilename = function (name, ...rest) {
  if (name.startsWith("@opentelemetry/")) {
    process.stderr.write("looked for " + name + "\\n");
    if (process.env.TEST_HIDES === "yes")
      throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: "MODULE_NOT_FOUND" });
  }
  return resolve.call(this, name, ...rest);
};
`;

function hooked(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-hook-"));
  closeLater(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "hook.cjs");
  writeFileSync(file, hook);
  return { NODE_OPTIONS: `--require=${file}` };
}

test.each(["http/protobuf", "http/json"])(
  "the shipped hub sends its traces over %s, the last ones when it stops",
  async (protocol) => {
    const collector = await Collector.start();
    const hub = await hubWith({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_SERVICE_NAME: "our-hub",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
      // Longer than the test: what comes, comes because it stops.
      OTEL_BSP_SCHEDULE_DELAY: "600000",
    });
    expect(await call(hub)).toMatchObject({ result: {} });
    expect(collector.spans).toEqual([]);
    await hub.program.kill("SIGTERM");
    expect(await hub.program.ended).toEqual({ code: 0, signal: null });
    expect(collector.spans.map(({ kind, name }) => `${kind} ${name}`).toSorted()).toEqual([
      "CLIENT tools/call echo",
      "SERVER tools/call echo",
    ]);
    for (const { resource } of collector.spans)
      expect(resource).toMatchObject({
        "service.name": "our-hub",
        "deployment.environment.name": "test",
        "service.version": expect.any(String),
      });
  },
);

test("a collector that is not there costs no call, and the hub stops as well as with one", async () => {
  const hub = await hubWith({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await closedPort()}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    OTEL_BSP_SCHEDULE_DELAY: "20",
  });
  for (let count = 0; count < 20; count += 1) expect(await call(hub)).toMatchObject({ result: {} });
  await hub.program.saw("traces-not-sent");
  expect(await call(hub)).toMatchObject({ result: {} });
  await hub.program.kill("SIGTERM");
  expect(await hub.program.ended).toEqual({ code: 0, signal: null });
  // It says so once.
  expect(hub.program.output.match(/traces-not-sent/g)).toHaveLength(1);
});

test("a collector that never answers keeps no hub that stops", async () => {
  const collector = await Collector.start();
  collector.isSilent = true;
  const hub = await hubWith({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  expect(await call(hub)).toMatchObject({ result: {} });
  await hub.program.kill("SIGTERM");
  expect(await hub.program.ended).toEqual({ code: 0, signal: null });
  expect(hub.program.output).toContain("traces-lost");
  expect(hub.program.output).not.toContain("stop-took-too-long");
});

test("without the variables nobody looks for the packages; without the packages the hub says what to install, and runs", async () => {
  const off = await hubWith({ ...hooked(), OTEL_SERVICE_NAME: "our-hub" });
  expect(await call(off)).toMatchObject({ result: {} });
  expect(off.program.output).not.toContain("looked for");
  expect(off.program.output).not.toContain("traces-");
  const without = await hubWith({
    ...hooked(),
    TEST_HIDES: "yes",
    OTEL_TRACES_EXPORTER: "otlp",
  });
  expect(await call(without)).toMatchObject({ result: {} });
  const { output } = without.program;
  expect(output).toContain("looked for @opentelemetry/api");
  expect(output).toContain("traces-off");
  expect(output).toContain(
    "npm install --prefix ./otel @opentelemetry/api@1.9 @opentelemetry/core@2.12 @opentelemetry/resources@2.12 @opentelemetry/sdk-trace-base@2.12 @opentelemetry/exporter-trace-otlp-proto@0.223, then start the hub with NODE_PATH=$PWD/otel/node_modules",
  );
});
