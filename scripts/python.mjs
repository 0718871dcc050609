// Finds a Python for the tests of the Python client; on Debian and Ubuntu, as root, installs one.
import { spawnSync } from "node:child_process";
import { aptInstall } from "./apt.mjs";

/** The oldest that the client promises to run on. */
const oldest = [3, 9];

const places = ["/usr/bin/python3", "python3", "python"];

function versionOf(command) {
  const script = "import sys; print(sys.version_info.major, sys.version_info.minor)";
  const { status, stdout } = spawnSync(command, ["-c", script], { encoding: "utf8" });
  return status === 0 ? stdout.trim().split(" ").map(Number) : undefined;
}

function isUsable(command) {
  const [major = 0, minor = 0] = versionOf(command) ?? [];
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

const find = () =>
  (process.env.PYTHON === undefined ? places : [process.env.PYTHON]).find(isUsable);

/** The command of a Python. Ends the process with a sentence when there is none and none can be installed. */
export function python() {
  const found = find();
  if (found !== undefined) return found;
  if (process.env.PYTHON === undefined)
    aptInstall("Debian's Python for the tests of the Python client", ["python3"]);
  const installed = find();
  if (installed !== undefined) return installed;
  console.error(
    `NOT RUN: the tests of the Python client need Python ${oldest.join(".")} or newer: install it (on Debian: apt-get install python3), or say where it is in PYTHON.`,
  );
  process.exit(1);
}
