import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { type FoundServer, findInFile } from "@hub/register/run";
import type { Machine } from "../connect/client-folders.js";
import { type ClientFile, clientFiles } from "./client-files.js";

/** A server of a client, with the name that it gets in one's own file. */
export interface Candidate extends FoundServer {
  readonly client: string;
  readonly file: string;
  /** Its own name, or one with the client behind it where two differ. */
  readonly as: string;
}

/** What was found in a file of a client. */
export interface FoundIn extends ClientFile {
  readonly servers: readonly Candidate[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  /** Why the file cannot be understood. */
  readonly problem?: string | undefined;
}

/**
 * Looks into the files of the clients of this machine. Files that are not there, or that name no server, are
 * left out. What leads to the hub itself is no server of it.
 */
export async function findServers(machine: Machine, hubUrl: string): Promise<readonly FoundIn[]> {
  const taken = new Map<string, Candidate>();
  const found: FoundIn[] = [];
  for (const clientFile of clientFiles(machine)) {
    const text = await readFile(clientFile.file, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const one = read(text, clientFile, machine.project);
    const servers: Candidate[] = [];
    const leftOut = [...one.leftOut];
    for (const server of one.servers) {
      if (isHub(server, hubUrl)) {
        leftOut.push({ name: server.name, reason: "it is the hub itself" });
        continue;
      }
      const candidate = nameOf({ ...server, ...clientFile, as: server.name }, taken);
      if (candidate === undefined) {
        leftOut.push({ name: server.name, reason: "another file has the same" });
        continue;
      }
      taken.set(candidate.as, candidate);
      servers.push(candidate);
    }
    if (servers.length + leftOut.length > 0 || one.problem !== undefined)
      found.push({ ...clientFile, ...one, servers, leftOut });
  }
  return found;
}

function read(text: string, { file }: ClientFile, project: string) {
  try {
    return { ...findInFile(text, file, project), problem: undefined };
  } catch (error) {
    return { servers: [], leftOut: [], inputs: [], problem: (error as Error).message }; // of the reader
  }
}

function isHub({ shown, kind }: FoundServer, hubUrl: string): boolean {
  if (kind === "url")
    return URL.canParse(shown) && new URL(shown).origin === new URL(hubUrl).origin;
  return /\bmcp-hub(\.js)? stdio\b/.test(shown);
}

/** With a name that is free; `undefined` where the same server has been found before. */
function nameOf(
  candidate: Candidate,
  taken: ReadonlyMap<string, Candidate>,
): Candidate | undefined {
  const names = [candidate.name, `${candidate.name}-${candidate.client}`];
  for (let at = 2; ; at += 1) {
    const as = names.shift() ?? `${candidate.name}-${candidate.client}-${at}`;
    const other = taken.get(as);
    if (other === undefined) return { ...candidate, as };
    if (isDeepStrictEqual(other.imported, candidate.imported)) return undefined;
  }
}
