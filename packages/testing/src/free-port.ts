import { createServer } from "node:net";

/**
 * Below those that systems give to outgoing connections and to servers that ask for any: one of them could be taken
 * before its program listens.
 */
const [lowest, highest] = [12_000, 32_000] as const;

/** A port of 127.0.0.1 that nobody has at this moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
