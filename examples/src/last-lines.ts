import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/server";

const createServer = () => new McpServer({ name: "Greeter", version: "1.0.0" });

const lines: string[] = [];
const remember = (line: string) => {
  lines.push(line);
  lines.splice(0, Math.max(0, lines.length - 200));
};
register(createServer, { name: "Greeter", lastLines: () => lines });

remember("ready to greet");
