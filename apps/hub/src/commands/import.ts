import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { type Tone, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { parseJsonObject } from "../command-line/tool-arguments.js";
import { counted } from "../command-line/words.js";
import { isCatalogueFile, readCatalogueFile } from "../transfer/catalogue-file.js";
import { CatalogueImport, type Imported } from "../transfer/import-catalogue.js";

const mostFileBytes = 64 * 1024 * 1024;

const tones: Readonly<Record<Imported["outcome"], Tone>> = {
  added: "good",
  replaced: "warning",
  kept: "dim",
  failed: "bad",
};

export const command = defineCommand({
  args: {
    file: {
      summary:
        "a file that mcp-hub export wrote, or - for stdin (default: shows what MCP clients have)",
      isOptional: true,
      completes: "files",
    },
  },
  options: {
    replace: { summary: "replace edits and toolsets that are there (default: keep them)" },
    "dry-run": { summary: "change nothing, and say what would be done" },
  },
  details: [
    "It registers the servers in the file that the hub does not know, and takes over the edits and the toolsets. What a known server says of itself stays: it says so again by itself.",
    "Without a file it shows what the MCP clients of this machine have in theirs, as `mcp-hub import clients` does.",
    "A server that comes in this way has no lease: the hub's own probe decides about it until it registers itself. Of several instances only the first is registered; the others join when they register.",
  ],
  examples: ["import", "import catalogue.json --dry-run", "import catalogue.json --replace"],
  async run(context, { args, options }) {
    if (args.file === undefined) {
      const { importClients } = await import("./import-clients.js");
      return importClients(context, { names: [], isAll: false, from: [] });
    }
    const { folder, hub, input, interrupted, output } = context;
    const path = args.file === "-" ? "stdin" : resolve(folder, args.file);
    const text =
      args.file === "-"
        ? await input.readText(mostFileBytes)
        : await readFile(path, "utf8").catch((error: Error) => {
            throw new CommandError("usage", `${path} cannot be read: ${error.message}.`);
          });
    const value = parseJsonObject(text, path);
    if (!isCatalogueFile(value))
      throw new CommandError("usage", `${path} was not written by mcp-hub export.`);
    const file = readCatalogueFile(value, path);
    const importing = new CatalogueImport(await hub(), {
      replaces: options.replace,
      isTrial: options["dry-run"],
      signal: interrupted,
    });
    const done = await importing.take(file);
    if (options["dry-run"]) output.note("Nothing was changed. This would be done:");
    output.answer({ imported: done, isDryRun: options["dry-run"] }, () =>
      done.length === 0
        ? ["The file holds nothing."]
        : table(
            [
              { title: "WHAT", keeps: "all" },
              { title: "ID", keeps: 16 },
              { title: "OUTCOME", keeps: "all" },
              { title: "", keeps: 24 },
            ],
            done.map(({ kind, id, outcome, reason = "" }) => [
              kind,
              toned(id, "name"),
              toned(outcome, tones[outcome]),
              reason,
            ]),
            output.columns,
          ),
    );
    const failures = done.filter(({ outcome }) => outcome === "failed").length;
    if (failures > 0)
      throw new CommandError("failed", `${counted(failures, "thing")} could not be taken over.`, {
        code: "IMPORT_INCOMPLETE",
      });
  },
});
