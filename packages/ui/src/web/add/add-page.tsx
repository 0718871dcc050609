import { useNavigate, useSearch } from "@tanstack/react-router";
import { PageHead } from "../parts/panels.js";
import { type Tab, Tabs } from "../parts/tabs.js";
import { useTitle } from "../shell/title.js";
import { ByUrl } from "./by-url.js";
import { FromCode } from "./from-code.js";
import { FromFile } from "./from-file.js";
import type { Way } from "./search.js";

const tabs: readonly Tab<Way>[] = [
  { key: "url", label: "By URL" },
  { key: "file", label: "From an mcp.json" },
  { key: "code", label: "From your code" },
];

/** Three ways to a server in the hub: its address, the file of a client, a line in its program. */
export function AddPage(): React.ReactNode {
  useTitle("Add a server");
  const { way = "url" } = useSearch({ from: "/ui/add" });
  const navigate = useNavigate();
  return (
    <>
      <PageHead title="Add a server" />
      <Tabs
        label="How to add it"
        tabs={tabs}
        chosen={way}
        onChoose={(key) =>
          void navigate({
            to: "/ui/add",
            search: key === "url" ? {} : { way: key },
            replace: true,
            resetScroll: false,
          })
        }
      >
        {way === "url" && <ByUrl />}
        {way === "file" && <FromFile />}
        {way === "code" && <FromCode />}
      </Tabs>
    </>
  );
}
