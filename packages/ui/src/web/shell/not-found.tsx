import { Link } from "@tanstack/react-router";
import { Empty, PageHead } from "../parts/panels.js";
import { useTitle } from "./title.js";

/** What stands where no page is. */
export function NotFound() {
  useTitle("Not found");
  return (
    <>
      <PageHead title="Page not found" />
      <Empty title="MCP Hub has no page at this address.">
        <Link to="/ui/servers" className="text-accent underline">
          Show all servers
        </Link>
      </Empty>
    </>
  );
}
