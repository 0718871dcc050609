import type { Server } from "node:http";
import type { AddressInfo, ListenOptions } from "node:net";

/**
 * Resolves with where a server listens, which nothing else may. Rejects when it cannot listen there; later errors,
 * such as too many open files, are told to `onError`, and who is connected goes on.
 */
export async function listenOn(
  server: Server,
  options: ListenOptions,
  onError: (error: Error) => void,
): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...options, exclusive: true }, () => {
      server.off("error", reject);
      server.on("error", onError);
      resolve();
    });
  });
  // A TCP server that listens has an address with a port.
  return server.address() as AddressInfo;
}
