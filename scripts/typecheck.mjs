// npm run typecheck: what runs in Node, what runs in a browser, and the tests that have to do with both.
import { tool } from "./tool.mjs";

const projects = ["tsconfig.json", "packages/ui/tsconfig.json", "test/browser/tsconfig.json"];
for (const project of projects) {
  const code = tool("tsc", ["-p", project, "--noEmit"]);
  if (code !== 0) process.exitCode = code;
}
