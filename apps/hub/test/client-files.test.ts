import { expect, test } from "vitest";
import type { Machine } from "../src/connect/client-folders.js";
import { scopes } from "../src/connect/connect-client.js";
import { connectClients } from "../src/connect/connect-clients.js";
import { clientFiles } from "../src/import-clients/client-files.js";

test.each(["linux", "darwin", "win32"] as const)(
  "on %s the file that `connect` edits is one that `import clients` reads, for the clients that both know",
  (platform) => {
    const env = { APPDATA: "/home/me/AppData/Roaming", CODEX_HOME: "/home/me/codex" };
    const machine: Machine = {
      home: "/home/me",
      project: "/work",
      platform,
      env,
      hasFile: () => false,
    };
    const read = clientFiles(machine);
    const both = connectClients.filter(({ id }) => read.some(({ client }) => client === id));
    expect(both.length).toBeGreaterThan(10);
    for (const { id, file } of both) {
      const files = read.filter(({ client }) => client === id).map((one) => one.file);
      // The project file of Copilot CLI is that of Claude Code, and is read as such.
      const edited = scopes.flatMap((scope) => file(scope, machine) ?? []);
      expect(
        read.map((one) => one.file),
        id,
      ).toEqual(expect.arrayContaining(edited));
      expect(files).toContain(edited[0]);
    }
  },
);
