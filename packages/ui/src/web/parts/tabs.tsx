import { useEffect, useId, useRef } from "react";

export type Tab<Key extends string> = {
  readonly key: Key;
  readonly label: React.ReactNode;
  readonly count?: number | undefined;
};

/** Tabs that arrow keys move between. The panel of the chosen one is `children`. */
export function Tabs<Key extends string>({
  label,
  tabs,
  chosen,
  onChoose,
  children,
}: {
  readonly label: string;
  readonly tabs: readonly Tab<Key>[];
  readonly chosen: Key;
  readonly onChoose: (key: Key) => void;
  readonly children: React.ReactNode;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  // On a phone the chosen one may be out of sight.
  useEffect(() => {
    const tab = list.current?.querySelector(`[data-tab="${chosen}"]`);
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [chosen]);
  const move = (event: React.KeyboardEvent) => {
    const at = tabs.findIndex(({ key }) => key === chosen);
    const to = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at - 1 + tabs.length) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    const tab = to === undefined ? undefined : tabs[to];
    if (tab === undefined) return;
    event.preventDefault();
    onChoose(tab.key);
    list.current?.querySelector<HTMLElement>(`[data-tab="${tab.key}"]`)?.focus();
  };
  return (
    <div>
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        onKeyDown={move}
        className="flex gap-1 overflow-x-auto border-b border-line"
      >
        {tabs.map(({ key, label: name, count }) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            data-tab={key}
            aria-selected={key === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={key === chosen ? 0 : -1}
            onClick={() => onChoose(key)}
            className={`-mb-px flex min-h-10 items-center gap-1.5 border-b-2 px-3 text-sm font-medium whitespace-nowrap -outline-offset-2 ${
              key === chosen
                ? "border-accent text-ink"
                : "border-transparent text-soft hover:text-ink"
            }`}
          >
            {name}
            {count !== undefined && count > 0 && (
              <span className="rounded-md bg-raised px-1.5 text-xs text-soft tabular-nums">
                {count}
              </span>
            )}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} className="pt-4">
        {children}
      </div>
    </div>
  );
}
