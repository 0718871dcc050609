import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Empty, Loading, Problem } from "../parts/panels.js";
import type { TriedKind } from "../try/subject.js";
import { type Definition, type Item, itemOf } from "./definition.js";
import { ItemBrowser } from "./item-browser.js";
import { offersQuery } from "./queries.js";

const none = {
  tools: "This server offers no tools",
  resources: "This server offers no resources and no templates",
  prompts: "This server offers no prompts",
} as const;

type Offer = keyof typeof none;

const kinds: Readonly<Record<Offer, readonly (readonly [member: string, kind: TriedKind])[]>> = {
  tools: [["tools", "tool"]],
  resources: [
    ["resources", "resource"],
    ["resourceTemplates", "resourceTemplate"],
  ],
  prompts: [["prompts", "prompt"]],
};

/** The tools, the resources with their templates, or the prompts of a server. */
export function OffersTab({ id, kind }: { readonly id: string; readonly kind: Offer }) {
  const { data, error, refetch } = useQuery(offersQuery(id, kind));
  const items = useMemo((): readonly Item[] => {
    // The lists of an answer are found by their names in it.
    const lists = (data ?? {}) as Readonly<Record<string, unknown>>;
    return kinds[kind].flatMap(([member, itemKind]) => {
      const list = lists[member];
      // The hub lists only objects.
      return Array.isArray(list) ? list.map((one: Definition) => itemOf(itemKind, one)) : [];
    });
  }, [data, kind]);

  if (data === undefined)
    return error === null ? (
      <Loading what={kind} rows={5} className="h-14" />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  if (data.snapshot === null)
    return (
      <Empty title="The hub has not read this server yet">
        It reads what a server offers with the first good probe. Press “Probe now” to have it try at
        once.
      </Empty>
    );
  if (items.length === 0) return <Empty title={none[kind]} />;
  return <ItemBrowser serverId={id} what={kind} items={items} />;
}
