import { PageHead } from "../parts/panels.tsx";
import { useTitle } from "../shell/title.ts";

export function ServerPage(): React.ReactNode {
  useTitle("Server");
  return <PageHead title="Server" />;
}
