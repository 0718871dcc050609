import { createServer } from "node:http";
import { Server as LowV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { McpServer as V1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { Server as LowV2, McpServer as V2 } from "@modelcontextprotocol/server";
import express, { Router } from "express";
import { FastMCP } from "fastmcp";
import { Hono } from "hono";
import { expectTypeOf, test } from "vitest";
import type { MountTarget, Target } from "../src/index.js";

test("every form is accepted without a cast", () => {
  const info = { name: "n", version: "1" };
  const targets: Target[] = [
    new V1(info),
    new LowV1(info, {}),
    new V2(info),
    new LowV2(info, {}),
    new FastMCP({ name: "n", version: "1.0.0" }),
    () => new V1(info),
    async () => new LowV2(info, {}),
    "http://127.0.0.1:8002/mcp",
    new URL("http://127.0.0.1:8002/mcp"),
  ];
  const mounts: MountTarget[] = [express(), Router(), new Hono(), createServer(), "manual"];
  expectTypeOf(targets).toEqualTypeOf<Target[]>();
  expectTypeOf(mounts).toEqualTypeOf<MountTarget[]>();
});
