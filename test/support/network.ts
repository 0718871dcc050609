import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Program } from "@hub/testing";

const root = join(import.meta.dirname, "../..");

/** `npm` of a clone that is installed and built: each script is its program, so that no test builds. */
const npm = `#!/bin/sh
if [ "$1" = start ]; then exec node "${root}/apps/hub/dist/main.js"; fi
shift
if [ "$1" = --silent ]; then shift; fi
script=$1
shift 2
case $script in
  hub) exec env npm_lifecycle_script="node scripts/hub.mjs" node "${root}/apps/hub/dist/main.js" "$@" ;;
  hub-register) exec node "${root}/packages/register/bin/hub-register.js" "$@" ;;
  *) exit 127 ;;
esac
`;

/** The commands of "From a clone to the first call", as the guide has them. */
export function commandsOfGuide(): readonly string[] {
  const guide = readFileSync(join(root, "docs/guides/network.md"), "utf8");
  const [, section = ""] = /^## From a clone to the first call\n([\s\S]*?)^## /m.exec(guide) ?? [];
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, code = ""]) =>
    code.trim().split("\n"),
  );
}

/** Two machines that reach each other, and how one types there. */
export interface Machines {
  /** Of the hub, of a server's machine, and of the network. */
  readonly addresses: { readonly hub: string; readonly far: string; readonly network: string };
  /** What runs a program on one of them. */
  readonly on: (machine: "hub" | "far") => readonly string[];
  remove(): void;
}

/** Two addresses of this machine. */
export const twoAddresses: Machines = {
  addresses: { hub: "127.0.0.2", far: "127.0.0.3", network: "127.0.0.0/8" },
  on: () => [],
  remove: () => {},
};

/**
 * Two network namespaces with a cable between them, and the addresses that the guide has. Throws where that is not
 * possible: it needs Linux and root.
 */
export function twoNamespaces(): Machines {
  const mark = `mcp-hub-${process.pid}`;
  const names = { hub: `${mark}-hub`, far: `${mark}-far` } as const;
  const ip = (...args: readonly string[]) =>
    execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
  const remove = () => {
    for (const name of Object.values(names)) {
      try {
        ip("netns", "del", name);
      } catch {
        // It was never made.
      }
    }
  };
  try {
    for (const name of Object.values(names)) ip("netns", "add", name);
    ip(
      "-n",
      names.hub,
      "link",
      "add",
      "cable",
      "type",
      "veth",
      "peer",
      "cable",
      "netns",
      names.far,
    );
    for (const [name, address] of [
      [names.hub, "10.0.0.5/8"],
      [names.far, "10.0.0.7/8"],
    ] as const) {
      ip("-n", name, "addr", "add", address, "dev", "cable");
      for (const device of ["lo", "cable"]) ip("-n", name, "link", "set", device, "up");
    }
  } catch (error) {
    remove();
    throw error;
  }
  return {
    addresses: { hub: "10.0.0.5", far: "10.0.0.7", network: "10.0.0.0/8" },
    on: (machine) => ["ip", "netns", "exec", names[machine]],
    remove,
  };
}

/** A folder that is the clone on each machine, where one types what the guide says. */
export class Newcomer {
  readonly hub: string;
  readonly folder = mkdtempSync(join(tmpdir(), "mcp-hub-network-"));
  readonly #machines: Machines;
  readonly #env: Readonly<Record<string, string>>;
  readonly #typed: Program[] = [];

  /** `port`: of the hub, in the place of the guide's. */
  constructor(machines: Machines, port: number) {
    this.#machines = machines;
    this.hub = `http://${machines.addresses.hub}:${port}`;
    mkdirSync(join(this.folder, "bin"));
    writeFileSync(join(this.folder, "bin", "npm"), npm, { mode: 0o755 });
    symlinkSync(join(root, "examples"), join(this.folder, "examples"));
    this.#env = {
      PATH: [join(this.folder, "bin"), process.env.PATH ?? ""].join(delimiter),
      MCP_HUB_PORT: String(port),
      MCP_HUB_DATA_DIR: join(this.folder, "data"),
      LOG_FORMAT: "pretty",
    };
  }

  token(name: string): string {
    return readFileSync(join(this.folder, `${name}.token`), "utf8").trim();
  }

  /** Types a line of the guide, with this network's addresses in the place of those that the guide says to replace. */
  type(line: string, machine: "hub" | "far" = "hub"): Program {
    const { hub, far, network } = this.#machines.addresses;
    const here = line
      .replaceAll("http://10.0.0.5:8001", this.hub)
      .replaceAll("10.0.0.5", hub)
      .replaceAll("10.0.0.7", far)
      .replaceAll("10.0.0.0/8", network);
    // The program takes the place of the shell, so that a signal ends it.
    const shell = ["sh", "-c", here.replace(/ npm /, " exec npm ")];
    const [command = "sh", ...args] = [...this.#machines.on(machine), ...shell];
    const typed = new Program(command, args, this.#env, this.folder);
    this.#typed.push(typed);
    return typed;
  }

  /** Ends what was typed, newest first, and takes the folder away. */
  async leave(): Promise<void> {
    for (const typed of this.#typed.splice(0).reverse()) {
      typed.child.kill("SIGKILL");
      await typed.ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
