import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { counted } from "../command-line/words.js";
import { exportCatalogue } from "../transfer/export-catalogue.js";

export const command = defineCommand({
  args: {
    file: {
      summary: "a file that is not there yet (default: stdout)",
      isOptional: true,
      completes: "files",
    },
  },
  options: { force: { summary: "write over a file that is there" } },
  details: [
    "It writes what the hub gives of its catalogue: what each server says of itself and where it is, the edits of operators, and the toolsets. `mcp-hub import` takes it into another hub.",
    "Not in it, because the hub gives it to nobody: leases and service keys. Nor is what the hub sees by itself: states, snapshots, the journal, traffic. A whole copy of a hub is `mcp-hub backup`.",
  ],
  examples: [
    "export catalogue.json",
    "export --hub http://old:8001 | mcp-hub import - --hub http://new:8001",
  ],
  async run({ folder, hub, interrupted, output }, { args, options }) {
    const catalogue = await exportCatalogue(await hub(), new Date(), interrupted);
    const text = `${JSON.stringify(catalogue, null, 2)}\n`;
    if (args.file === undefined) {
      if (output.isJson) output.answer(catalogue, () => []);
      else output.text(text);
      return;
    }
    const path = resolve(folder, args.file);
    await writeFile(path, text, { flag: options.force ? "w" : "wx" }).catch(
      (error: NodeJS.ErrnoException) => {
        const isThere = error.code === "EEXIST";
        throw new CommandError(
          isThere ? "refused" : "failed",
          isThere
            ? `${path} is there already. Name another file, or give --force.`
            : `${path} cannot be written: ${error.message}.`,
        );
      },
    );
    const { servers, toolsets } = catalogue;
    const said = { file: path, servers: servers.length, toolsets: toolsets.length };
    output.answer(said, () => [
      `Wrote ${counted(servers.length, "server")} and ${counted(toolsets.length, "toolset")} to ${path}.`,
    ]);
  },
});
