import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

/** Who uses a database file. Only for the words of a refusal: the lock itself is SQLite's. */
export type Owner = {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
};

const pathOf = (file: string) => `${file}.owner.json`;

export function writeOwner(file: string): void {
  const owner: Owner = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date().toISOString(),
  };
  try {
    writeFileSync(pathOf(file), `${JSON.stringify(owner)}\n`, { mode: 0o600 });
  } catch {
    // Nothing depends on it, so a full disk does not keep the hub from starting.
  }
}

export function removeOwner(file: string): void {
  rmSync(pathOf(file), { force: true });
}

/** Who wrote its name beside the file last and did not take it away: running, or killed. */
export function readOwner(file: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(pathOf(file), "utf8"));
    return isOwner(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** The owner, when it may still be alive: a process on another machine cannot be asked. */
export function livingOwner(file: string): Owner | undefined {
  const owner = readOwner(file);
  if (owner === undefined || owner.host !== hostname()) return owner;
  try {
    process.kill(owner.pid, 0);
    return owner;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM" ? owner : undefined;
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === "object" &&
    value !== null &&
    "pid" in value &&
    Number.isInteger(value.pid) &&
    "host" in value &&
    typeof value.host === "string" &&
    "startedAt" in value &&
    typeof value.startedAt === "string"
  );
}
