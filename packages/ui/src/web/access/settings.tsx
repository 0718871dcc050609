import type { SettingView } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { HubList } from "../hubs/hub-list.js";
import { type Column, DataTable } from "../parts/data-table.js";
import { Badge, Empty, Loading, Problem } from "../parts/panels.js";
import { SearchInput } from "../parts/search-input.js";
import { settingsQuery } from "./queries.js";
import type { AccessSearch } from "./search.js";
import { fitsSearch, settingGloss, settingText, sourceText } from "./setting-text.js";

const columns: readonly Column<SettingView>[] = [
  { name: "Setting", isName: true, cell: ({ name }) => <code className="text-xs">{name}</code> },
  {
    name: "Value",
    cell: (setting) => {
      const text = settingText(setting);
      const gloss = settingGloss(setting);
      return text === undefined ? (
        <span className="text-soft">none</span>
      ) : (
        <span className="block sm:max-w-[32ch] sm:truncate" title={text}>
          <code className="text-xs">{text}</code>
          {gloss !== undefined && <span className="ml-2 text-xs text-soft">{gloss}</span>}
        </span>
      );
    },
  },
  {
    name: "From",
    cell: (setting) => (
      <span title={sourceText(setting)}>
        <Badge tone={setting.source === "default" ? "plain" : "accent"}>{setting.source}</Badge>
        {setting.from !== undefined && (
          <code className="ml-2 inline-block max-w-full sm:max-w-[24ch] truncate align-middle text-xs">
            {setting.from}
          </code>
        )}
      </span>
    ),
  },
  {
    name: "Meaning",
    cell: ({ meaning }) => (
      <span className="block text-xs sm:w-[44ch] sm:whitespace-normal text-soft">{meaning}</span>
    ),
  },
];

/** Every setting as it is in force, and where it came from. They are changed where the hub is started. */
export function Settings(): React.ReactNode {
  const search: AccessSearch = useSearch({ from: "/ui/access" });
  const navigate = useNavigate();
  const list = useQuery(settingsQuery);
  const { q = "", changed = false } = search;
  const change = (next: AccessSearch) =>
    void navigate({ to: "/ui/access", search: { ...search, ...next }, replace: true });
  const settings = list.data?.settings;
  if (settings === undefined)
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="settings" rows={5} className="h-12" />
    );
  const found = settings.filter(
    (setting) => fitsSearch(setting, q) && !(changed && setting.source === "default"),
  );
  return (
    <>
      <h2 className="mb-1 text-base font-semibold">Hubs</h2>
      <div className="mb-6">
        <HubList />
      </div>
      <h2 className="mb-1 text-base font-semibold">Settings</h2>
      <p className="mb-4 max-w-[70ch] text-sm text-soft">
        What the hub runs with since its start. To change a setting, change its variable where the
        hub is started, and restart it.
      </p>
      <search aria-label="Settings" className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <SearchInput
          label="Search settings"
          isPageSearch
          value={q}
          onChange={(text) => change({ q: text === "" ? undefined : text })}
          className="w-auto min-w-0"
        />
        <label className="flex min-h-9 cursor-pointer items-center gap-2 text-sm">
          <input
            type="checkbox"
            className="size-4 accent-accent-solid"
            checked={changed}
            onChange={() => change({ changed: changed ? undefined : true })}
          />
          Only what is no default
        </label>
        <span role="status" className="text-sm text-soft">
          {found.length} of {settings.length}
        </span>
      </search>
      {found.length === 0 ? (
        <Empty title="No setting fits." />
      ) : (
        <DataTable label="Settings" columns={columns} rows={found} keyOf={({ name }) => name} />
      )}
    </>
  );
}
