import { PageHead } from "../parts/panels.tsx";
import { useTitle } from "../shell/title.ts";

export function TrafficPage(): React.ReactNode {
  useTitle("Traffic");
  return <PageHead title="Traffic" />;
}
