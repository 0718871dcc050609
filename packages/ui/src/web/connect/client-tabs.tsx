import type { ListedClient } from "@hub/api";
import { useId, useLayoutEffect, useRef } from "react";

const steps: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1,
};

/**
 * One tab a client: a column where there is room, else rows that wrap, so that all are seen at once; on a phone one row
 * that scrolls, so that what one came for is on the first screen.
 */
export function ClientTabs({
  clients,
  chosen,
  onChoose,
  children,
}: {
  readonly clients: readonly ListedClient[];
  readonly chosen: string;
  readonly onChoose: (client: string) => void;
  readonly children: React.ReactNode;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const row = list.current;
    const tab = row?.querySelector<HTMLElement>(`[data-client="${chosen}"]`);
    // Not scrollIntoView, which would also scroll the page.
    if (row && tab && row.scrollWidth > row.clientWidth)
      row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }, [chosen]);
  const move = (event: React.KeyboardEvent) => {
    const at = clients.findIndex((client) => client.id === chosen);
    const step = steps[event.key];
    const ends = { Home: 0, End: clients.length - 1 }[event.key];
    const to = step === undefined ? ends : (at + step + clients.length) % clients.length;
    const client = to === undefined ? undefined : clients[to];
    if (client === undefined) return;
    event.preventDefault();
    onChoose(client.id);
    list.current?.querySelector<HTMLElement>(`[data-client="${client.id}"]`)?.focus();
  };
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-[11rem_minmax(0,1fr)] lg:gap-6">
      <div
        ref={list}
        role="tablist"
        aria-label="Clients"
        onKeyDown={move}
        className="flex gap-1 max-sm:overflow-x-auto max-sm:pb-1 sm:flex-wrap lg:flex-col lg:flex-nowrap lg:border-r lg:border-line lg:pr-3"
      >
        {clients.map((client) => (
          <button
            key={client.id}
            type="button"
            role="tab"
            id={`${id}-${client.id}`}
            data-client={client.id}
            aria-selected={client.id === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={client.id === chosen ? 0 : -1}
            onClick={() => onChoose(client.id)}
            className={`min-h-9 shrink-0 rounded-lg px-3 text-left text-sm font-medium whitespace-nowrap ${
              client.id === chosen
                ? "bg-accent-soft text-accent"
                : "bg-raised text-soft hover:text-ink lg:bg-transparent lg:hover:bg-raised"
            }`}
          >
            {client.title}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${chosen}`}
        className="min-w-0"
      >
        {children}
      </div>
    </div>
  );
}
