// Finds a Chromium for the browser tests; on Debian and Ubuntu, as root, installs it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const find = () => process.env.CHROMIUM_PATH ?? places.find((path) => existsSync(path));

/** The path of a Chromium. Ends the process with a sentence when there is none and none can be installed. */
export function chromium() {
  const found = find();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    console.log("Installing Debian's Chromium for the browser tests…");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [
      ["update", "-qq"],
      ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
    ])
      spawnSync("apt-get", args, { env, stdio: ["ignore", "ignore", "inherit"] });
  }
  const installed = find();
  if (installed !== undefined) return installed;
  console.error(
    "The browser tests need Chromium: install it (on Debian: apt-get install chromium), or say where it is in CHROMIUM_PATH.",
  );
  process.exit(1);
}
