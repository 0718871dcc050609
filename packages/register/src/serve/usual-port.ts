import { createHash } from "node:crypto";

/** Below the ports that systems give away by themselves, and above those of most programs. */
const first = 20_000;
const count = 10_000;
const tries = 3;

/**
 * The ports to try for a server that may have any, so that it gets the same one again after a restart and
 * clients that know its URL find it. What is left when others have them: any free one, 0.
 */
export function usualPorts(name: string, folder: string): readonly number[] {
  const hash = createHash("sha256").update(`${name}\n${folder}`).digest();
  const usual = Array.from(
    { length: tries },
    (_, at) => first + (hash.readUInt32BE(4 * at) % count),
  );
  return [...usual, 0];
}
