import { join, resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { shortPath } from "../short-path.js";

export const command = defineCommand({
  options: {
    from: {
      summary: "the file with the key that credentials are sealed with until now",
      value: "file",
      completes: "files",
    },
  },
  readsSettings: true,
  details: [
    "It gives the hub another key: the one in MCP_HUB_SECRET_KEY_FILE, by default secret.key in MCP_HUB_DATA_DIR, which is made when it is not there. No hub may run on the database in DATABASE_URL, else on the file in MCP_HUB_DATA_DIR, meanwhile.",
    "With --from, credentials are sealed anew. Without it, for a key that is lost, they stay as they are: the hub starts, says which it cannot read, and they can be set again. Nothing is deleted; when the old key is found, run it once more with --from.",
  ],
  examples: ["rekey --from old.key", "rekey"],
  async run({ environment, folder, output }, { options }) {
    const [{ ownPlace }, { openArchive }, { changeKey, keyFileAt }] = await Promise.all([
      import("../store-copy/own-place.js"),
      import("../store-copy/open-archive.js"),
      import("../store-copy/change-key.js"),
    ]);
    const { dataDir, databaseUrl, secretKeyFile } = ownPlace(environment, "No key was changed");
    const to = keyFileAt(secretKeyFile ?? join(dataDir, "secret.key"));
    const from = options.from === undefined ? undefined : keyFileAt(resolve(folder, options.from));
    if (from !== undefined && from.current === undefined)
      throw new CommandError("notFound", `There is no key file ${from.file}.`);
    const archive = await openArchive(
      databaseUrl === undefined
        ? { kind: "file", dataDir: resolve(dataDir) }
        : { kind: "database", url: databaseUrl },
      { mustExist: true },
    );
    try {
      const { keyId, sealedAnew, unreadable } = await changeKey(archive, from?.current, to);
      const { place } = archive;
      output.answer({ place, keyFile: to.file, keyId, sealedAnew, unreadable }, () => [
        `The key of the hub on ${place} is ${keyId} now, in ${shortPath(to.file)}. Give it to every hub there. ${sealedAnew} ${sealedAnew === 1 ? "credential was" : "credentials were"} sealed anew.`,
        ...(unreadable.length === 0
          ? []
          : [
              `Credentials of ${unreadable.join(", ")} stay sealed with another key: set them again, or run this again with --from and that key.`,
            ]),
      ]);
    } finally {
      await archive.close();
    }
  },
});
