import { createHash } from "node:crypto";

/** Below the ports that systems give away by themselves, and above those of most programs. */
const first = 20_000;
const count = 10_000;
const tries = 3;

/** How often each name was served in this process. */
const served = new Map<string, number>();

/**
 * The ports to try for a server that may have any, so that it gets the same one again when its process is
 * started again, and clients that know its URL find it. The second server of one name in a process has
 * others than the first. What is left when other programs have them: any free one, 0.
 */
export function usualPorts(name: string, folder: string): readonly number[] {
  const ordinal = served.get(name) ?? 0;
  served.set(name, ordinal + 1);
  const hash = createHash("sha256").update(`${name}\n${folder}\n${ordinal}`).digest();
  const usual = Array.from(
    { length: tries },
    (_, at) => first + (hash.readUInt32BE(4 * at) % count),
  );
  return [...usual, 0];
}
