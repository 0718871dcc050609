import type { TokenView, Unchanging } from "@hub/api";
import type { Grant } from "@hub/core/access";
import { instant } from "../../api/views.js";
import { isExpired, type KnownToken } from "./known-token.js";

/** A grant with the parts that it has. */
export const grantView = ({ action, servers, tags, tools, mostServers }: Grant) => ({
  action,
  ...(servers === undefined ? {} : { servers }),
  ...(tags === undefined ? {} : { tags }),
  ...(tools === undefined ? {} : { tools }),
  ...(mostServers === undefined ? {} : { mostServers }),
});

/** A token as admins see it: all but what its holder sends. `now` is in milliseconds since 1970, as is `lastUsedAt`. */
export function tokenView(
  { record, source }: KnownToken,
  now: number,
  lastUsedAt?: number,
): Unchanging<TokenView> {
  const { id, name, grants, createdAt, createdBy, expiresAt } = record;
  return {
    id,
    name,
    grants: grants.map(grantView),
    source,
    ...(source === "file" ? {} : { createdAt: instant(createdAt), createdBy }),
    ...(expiresAt === undefined ? {} : { expiresAt: instant(expiresAt) }),
    isExpired: isExpired(record, now),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: instant(lastUsedAt) }),
  };
}
