import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { readArguments, usage } from "./arguments.js";
import { CannotCreate, createProject } from "./create-project.js";

/** Of this package, and so of the helper: they are released together. */
function ownVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version; // our own file
}

const from = process.cwd();
const command = readArguments(process.argv.slice(2), from);
switch (command.kind) {
  case "help":
    process.stdout.write(usage);
    break;
  case "wrong":
    process.stderr.write(`${command.problem}\n\n${usage}`);
    process.exitCode = 2;
    break;
  case "create":
    try {
      const files = createProject(command.wish, ownVersion(), from);
      const folder = relative(from, command.wish.folder) || ".";
      process.stdout.write(
        [
          `Made ${JSON.stringify(command.wish.serverName)} in ${folder}:`,
          ...files.map((name) => `  ${name}`),
          "",
          "Next:",
          ...(folder === "." ? [] : [`  cd ${folder}`]),
          "  npm install",
          "  npm test",
          "  npm start        it registers itself with the hub at MCP_HUB_URL",
          "",
        ].join("\n"),
      );
    } catch (error) {
      if (!(error instanceof CannotCreate)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = 1;
    }
}
