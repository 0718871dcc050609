import { register } from "@hub/register";
import { FastMCP } from "fastmcp";
import { z } from "zod";

const server = new FastMCP({ name: "Trains", version: "1.0.0" });
server.addTool({
  name: "next_train",
  description: "When the next train leaves",
  parameters: z.object({ station: z.string() }),
  execute: async ({ station }) => `In five minutes from ${station}`,
});

register(server);
