import { createHash } from "node:crypto";

/** Below the ports that systems give away by themselves, and above those of most programs. */
const first = 20_000;
const count = 10_000;
const tries = 3;

/** The servers of each name that are served in this process, counted from 0. */
const served = new Map<string, Set<number>>();

/** The ports to try for a server, best first. */
export interface UsualPorts {
  readonly ports: readonly number[];
  /** The server has ended: the next one of its name may have its ports. */
  giveBack(): void;
}

/**
 * The ports to try for a server that may have any, so that it gets the same one again when it or its process
 * is started again, and clients that know its URL find it. A second server of one name in a process has
 * others than the first. What is left when other programs have them: any free one, 0.
 */
export function usualPorts(name: string, folder: string): UsualPorts {
  const taken = served.get(name) ?? new Set();
  served.set(name, taken);
  let ordinal = 0;
  while (taken.has(ordinal)) ordinal += 1;
  taken.add(ordinal);
  const hash = createHash("sha256").update(`${name}\n${folder}\n${ordinal}`).digest();
  const usual = Array.from(
    { length: tries },
    (_, at) => first + (hash.readUInt32BE(4 * at) % count),
  );
  return {
    ports: [...usual, 0],
    giveBack() {
      taken.delete(ordinal);
      if (taken.size === 0 && served.get(name) === taken) served.delete(name);
    },
  };
}
