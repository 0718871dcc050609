/** The names of loopback, by each of which people and programs know a hub that listens there. */
const names = ["localhost", "127.0.0.1", "[::1]"];

/** The URLs of a hub, which tokens may be for: its public one, or else those on loopback. */
export function ownUrls(
  publicUrl: string | undefined,
  addresses: readonly { readonly port: number }[],
): readonly string[] {
  if (publicUrl !== undefined) return [publicUrl];
  return addresses.flatMap(({ port }) =>
    // As URLs are written: without the port that is understood.
    names.map((name) => new URL(`http://${name}:${port}`).origin),
  );
}
