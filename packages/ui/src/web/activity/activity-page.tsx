import { PageHead } from "../parts/panels.tsx";
import { useTitle } from "../shell/title.ts";

export function ActivityPage(): React.ReactNode {
  useTitle("Activity");
  return <PageHead title="Activity" />;
}
