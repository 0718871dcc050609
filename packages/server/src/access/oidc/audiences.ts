import { hubEndpointOf } from "@hub/gateway";
import type { RequestHead } from "../request-head.js";

/** Where a token is good: at the whole hub, or only at the paths of some of its MCP endpoints. */
export type GoodAt = "everywhere" | ReadonlySet<string>;

const withoutSlash = (text: string) => text.replace(/\/$/, "");

const pathOf = ({ target }: RequestHead) => {
  const mark = target.indexOf("?");
  return withoutSlash(mark === -1 ? target : target.slice(0, mark));
};

/**
 * Where a token with these audiences is good. `bases` are the URLs of the hub, `others` what the operator named
 * beside them. Undefined when it is for somebody else.
 */
export function goodAt(
  audiences: readonly string[],
  bases: readonly string[],
  others: readonly string[],
): GoodAt | undefined {
  const wholes = new Set([...others, ...bases.map(withoutSlash)]);
  if (audiences.some((one) => wholes.has(one) || wholes.has(withoutSlash(one))))
    return "everywhere";
  const paths = audiences.flatMap((audience) =>
    bases.flatMap((base) => {
      const path = audience.startsWith(`${withoutSlash(base)}/`)
        ? withoutSlash(audience.slice(withoutSlash(base).length))
        : "";
      return hubEndpointOf(path) === undefined ? [] : [path];
    }),
  );
  return paths.length === 0 ? undefined : new Set(paths);
}

/** Whether that covers a request. */
export const isGoodFor = (good: GoodAt, head: RequestHead): boolean =>
  good === "everywhere" || good.has(pathOf(head));
