import type { ServerSummary } from "@hub/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { EyeOff, Radar, Star, Trash2 } from "lucide-react";
import { useState } from "react";
import { usePolicy } from "../access/policy.js";
import { hub } from "../api/hub.js";
import { shownError } from "../api/problem.js";
import { Button } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";
import { restore } from "../server/queries.js";
import { tell } from "../toasts/toasts.js";
import { favourites, setFavourite } from "./favourites.js";

const atOnce = 6;
/** Of servers in one sentence. */
const mostNamed = 3;

/** Takes one thing back that was done. */
type Undo = () => Promise<unknown>;

/** Does something with each item, a few at a time. Says what came of those that went well, and the first error. */
async function forEach<Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<{ readonly done: readonly Result[]; readonly error: unknown }> {
  const done: Result[] = [];
  let error: unknown;
  const left = [...items];
  const work = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift())
      try {
        done.push(await run(item));
      } catch (reason) {
        error ??= reason;
      }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { done, error };
}

const several = (count: number) => `${count} server${count === 1 ? "" : "s"}`;

type Deed = {
  /** Goes on after how many servers. */
  readonly told: string;
  /** Resolves with the way back, where there is one. */
  readonly run: (id: string) => Promise<Undo | undefined>;
};

const deeds = {
  probe: {
    told: "probed",
    run: async (id) => {
      await hub.probe(id);
      return undefined;
    },
  },
  hide: {
    told: "hidden",
    run: async (id) => {
      await hub.edit(id, { hidden: true }, "*");
      return () => hub.edit(id, { hidden: null }, "*");
    },
  },
  remove: {
    told: "removed",
    run: async (id) => {
      const server = await hub.server(id);
      await hub.removeByForce(id);
      return () => restore(server);
    },
  },
} as const satisfies Record<string, Deed>;

function useDeed(chosen: readonly ServerSummary[], onDone: () => void) {
  const queries = useQueryClient();
  const readAgain = () =>
    Promise.all(
      ["servers", "server", "pulse"].map((kind) => queries.invalidateQueries({ queryKey: [kind] })),
    );
  return useMutation({
    mutationFn: (deed: Deed) => forEach(chosen, ({ id }) => deed.run(id)),
    onSuccess: async ({ done, error }, { told }) => {
      await readAgain();
      const undos = done.filter((undo) => undo !== undefined);
      const takeBack = async () => {
        const { error: failed } = await forEach(undos, (undo) => undo());
        await readAgain();
        if (failed !== undefined) throw failed;
      };
      if (done.length > 0)
        tell(`${several(done.length)} ${told}.`, undos.length > 0 ? takeBack : undefined);
      if (error !== undefined)
        tell(
          `${several(chosen.length - done.length)} not ${told}: ${shownError(error).detail}`,
          undefined,
          "bad",
        );
      else onDone();
    },
  });
}

/** What can be done with all chosen servers at once. */
export function BulkBar({
  chosen,
  onChooseAll,
  onDone,
}: {
  readonly chosen: readonly ServerSummary[];
  readonly onChooseAll: () => void;
  readonly onDone: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const deed = useDeed(chosen, onDone);
  const liked = favourites.use();
  const policy = usePolicy();
  const isNothing = chosen.length === 0 || deed.isPending;
  /** Why a button waits for another choice: it names servers that stand in its way. */
  const whyHeld = (action: "call" | "admin", deedName: string) => {
    if (!policy.mayAtAll(action)) return undefined; // without its button
    const others = chosen.filter((server) => !policy.may(action, server));
    const names = others.slice(0, mostNamed).map(({ name }) => name);
    const more = others.length - names.length;
    const all = more > 0 ? [...names, `${more} more`] : names;
    return all.length > 0 ? `You may not ${deedName} ${all.join(", ")}.` : undefined;
  };
  const probeHeld = whyHeld("call", "probe");
  const adminHeld = whyHeld("admin", "hide or remove");
  const ids = chosen.map(({ id }) => id);
  const areLiked = ids.length > 0 && ids.every((id) => liked.includes(id));
  return (
    <section
      aria-label="Selected servers"
      className="sticky bottom-18 z-10 mt-4 flex flex-wrap items-center gap-2 rounded-xl border border-line-strong bg-surface p-2 shadow-over md:bottom-4"
    >
      <span role="status" className="px-2 font-medium tabular-nums">
        {chosen.length} selected
      </span>
      <Button look="quiet" onClick={onChooseAll}>
        Select all
      </Button>
      <Button disabled={isNothing} onClick={() => setFavourite(ids, !areLiked)}>
        <Star className="size-4" aria-hidden="true" />
        {areLiked ? "No favourites" : "Favourite"}
      </Button>
      {policy.mayAtAll("call") && (
        <Button
          disabled={isNothing || probeHeld !== undefined}
          onClick={() => deed.mutate(deeds.probe)}
        >
          <Radar className="size-4" aria-hidden="true" />
          Probe
        </Button>
      )}
      {policy.mayAtAll("admin") && (
        <>
          <Button
            disabled={isNothing || adminHeld !== undefined}
            onClick={() => deed.mutate(deeds.hide)}
          >
            <EyeOff className="size-4" aria-hidden="true" />
            Hide
          </Button>
          <Button
            look="danger"
            disabled={isNothing || adminHeld !== undefined}
            onClick={() => setAsking(true)}
          >
            <Trash2 className="size-4" aria-hidden="true" />
            Remove
          </Button>
        </>
      )}
      {[probeHeld, adminHeld].map(
        (reason) =>
          reason !== undefined && (
            <p key={reason} className="basis-full px-2 text-soft text-xs">
              {reason}
            </p>
          ),
      )}
      {isAsking && (
        <Modal title={`Remove ${several(chosen.length)}?`} onClose={() => setAsking(false)}>
          <p>
            The hub forgets them, the history of their tools, and their credentials. Those that
            still run are registered again by their helpers within seconds. Stop them first, or hide
            them instead.
          </p>
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <Button onClick={() => setAsking(false)}>Keep them</Button>
            <Button
              look="danger"
              disabled={deed.isPending}
              onClick={() => deed.mutate(deeds.remove, { onSettled: () => setAsking(false) })}
            >
              Remove {several(chosen.length)}
            </Button>
          </div>
        </Modal>
      )}
    </section>
  );
}
