import { PageHead } from "../parts/panels.tsx";
import { useTitle } from "../shell/title.ts";

export function ConnectPage(): React.ReactNode {
  useTitle("Connect");
  return <PageHead title="Connect" />;
}
