import { PageHead } from "../parts/panels.tsx";
import { useTitle } from "../shell/title.ts";

export function ToolsetPage(): React.ReactNode {
  useTitle("Toolset");
  return <PageHead title="Toolset" />;
}
