import { describeProber } from "@hub/core/testing";
import { closedPort, closeServers, createTestDialer, serve, serveV2 } from "@hub/testing";
import { afterAll } from "vitest";
import { createProber } from "./prober.js";

const dialer = createTestDialer();

afterAll(async () => {
  await closeServers();
  await dialer.close();
});

describeProber("over HTTP", async () => {
  const healthy = await serveV2({ name: "Healthy" });
  const silent = await serve(() => undefined);
  const notMcp = await serve((_, response) => response.end("<p>hello</p>"));
  return {
    prober: createProber({ dialer, version: "1.0.0" }),
    healthy: `${healthy.origin}/mcp`,
    healthyName: "Healthy",
    nothing: `http://127.0.0.1:${await closedPort()}/mcp`,
    silent: `${silent.origin}/mcp`,
    notMcp: `${notMcp.origin}/mcp`,
  };
});
