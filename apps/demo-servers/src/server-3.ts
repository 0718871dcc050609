// MCP Server 3: the npm package fastmcp. It is not started; registering it serves it.
import { register } from "@hub/register";
import { FastMCP } from "fastmcp";
import { z } from "zod";

const server = new FastMCP({ name: "MCP Server 3", version: "1.0.0" });

server.addTool({
  name: "greet3",
  description: "Says hello.",
  execute: async () => "Hello from MCP Server 3 !",
});

const msPerDay = 24 * 60 * 60 * 1_000;

server.addTool({
  name: "days_between",
  description: "Counts the days from one date to another.",
  parameters: z.object({ from: z.iso.date(), to: z.iso.date() }),
  execute: async ({ from, to }) => `${(Date.parse(to) - Date.parse(from)) / msPerDay} days`,
});

server.addPrompt({
  name: "plan",
  description: "Asks for a plan that ends on a date.",
  arguments: [
    { name: "goal", required: true },
    { name: "date", required: true },
  ],
  load: async ({ goal, date }) => `Plan backwards from ${date}, week by week: ${goal}`,
});

register(server, { description: "Dates, with npm fastmcp", tags: ["demo", "fastmcp"] });
