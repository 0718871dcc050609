/** What one server takes of a budget that all servers share. */
export type Taker = { readonly id: string; readonly bytes: number };

/**
 * The servers that give way so that one may take `bytes` of a budget of `most`: the largest first, and only
 * such as take more than it would. Missing when they would not make room enough; then nobody gives way.
 * `others`: what the others take now.
 */
export function givingWay(
  others: readonly Taker[],
  bytes: number,
  most: number,
): readonly Taker[] | undefined {
  let over = others.reduce((sum, other) => sum + other.bytes, bytes) - most;
  const going: Taker[] = [];
  const larger = others
    .filter((other) => other.bytes > bytes)
    .sort((one, two) => two.bytes - one.bytes || (one.id < two.id ? -1 : 1));
  for (const other of larger) {
    if (over <= 0) break;
    going.push(other);
    over -= other.bytes;
  }
  return over <= 0 ? going : undefined;
}
