import { sha256Hex } from "./hash.js";

/**
 * What the hub keeps of a lease instead of its id. A lease that is bound to somebody is found, and proves
 * something, only together with the id of that principal; a lease without an owner is anybody's who knows it.
 */
export function leaseHash(leaseId: string, ownerId: string | undefined): string {
  return sha256Hex(ownerId === undefined ? leaseId : `${ownerId}\n${leaseId}`);
}
