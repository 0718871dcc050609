import type { TokenView } from "@hub/client";

type Grant = TokenView["grants"][number];

const partsOf = ({ servers, tags, tools }: Grant): readonly string[] => [
  ...(servers === undefined ? [] : [servers.join(" ")]),
  ...(tags === undefined ? [] : [`tag ${tags.join(" or ")}`]),
  ...(tools === undefined ? [] : [`tools ${tools.join(" ")}`]),
];

/** What somebody may do, in a few words: `read, call (payments-*)`. */
export function grantsText(grants: readonly Grant[]): string {
  return grants
    .map((grant) => {
      const parts = partsOf(grant);
      return parts.length === 0 ? grant.action : `${grant.action} (${parts.join("; ")})`;
    })
    .join(", ");
}
