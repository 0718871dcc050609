import { homedir } from "node:os";
import { join } from "node:path";

/** What decides where the files of clients are. */
export type Machine = {
  readonly home: string;
  /** The folder of the project. */
  readonly project: string;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether there is a file: some clients take several names. */
  readonly hasFile: (path: string) => boolean;
};

/** The machine that this program runs on. `home` is the environment's, as for the clients themselves. */
export function thisMachine(
  env: Machine["env"],
  project: string,
  hasFile: Machine["hasFile"],
): Machine {
  const named = process.platform === "win32" ? env.USERPROFILE : env.HOME;
  const home = named === undefined || named === "" ? homedir() : named;
  return { home, project, platform: process.platform, env, hasFile };
}

/** Where applications keep what they write for a person. */
export function applicationFolder({ home, platform, env }: Machine, ...names: string[]): string {
  if (platform === "darwin") return join(home, "Library", "Application Support", ...names);
  if (platform === "win32") return join(env.APPDATA || join(home, "AppData", "Roaming"), ...names);
  return configFolder({ home, env }, ...names);
}

/** Where programs that keep to the XDG directories have their files, on every system. */
export function configFolder(
  { home, env }: Pick<Machine, "home" | "env">,
  ...names: string[]
): string {
  const named = env.XDG_CONFIG_HOME;
  return join(named === undefined || named === "" ? join(home, ".config") : named, ...names);
}

/** Zed keeps to the XDG directories on macOS too. */
export function zedFolder(machine: Machine): string {
  return machine.platform === "win32"
    ? applicationFolder(machine, "Zed")
    : configFolder(machine, "zed");
}
