import { PageHead } from "../parts/panels.tsx";
import { useTitle } from "../shell/title.ts";

export function ToolsetsPage(): React.ReactNode {
  useTitle("Toolsets");
  return <PageHead title="Toolsets" />;
}
