// Finds a Chromium for the browser tests; on Debian and Ubuntu, as root, installs it.
import { existsSync } from "node:fs";
import { aptInstall } from "./apt.mjs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const find = () => process.env.CHROMIUM_PATH ?? places.find((path) => existsSync(path));

/** The path of a Chromium. Ends the process with a sentence when there is none and none can be installed. */
export function chromium() {
  const found = find();
  if (found !== undefined) return found;
  aptInstall("Debian's Chromium for the browser tests", ["chromium", "fonts-dejavu-core"]);
  const installed = find();
  if (installed !== undefined) return installed;
  console.error(
    "The browser tests need Chromium: install it (on Debian: apt-get install chromium), or say where it is in CHROMIUM_PATH.",
  );
  process.exit(1);
}
