import { PageHead } from "../parts/panels.tsx";
import { useTitle } from "../shell/title.ts";

export function WallPage(): React.ReactNode {
  useTitle("Wallboard");
  return <PageHead title="Wallboard" />;
}
