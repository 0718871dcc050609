import { Link } from "@tanstack/react-router";
import { Empty } from "../parts/panels.tsx";

export function NotFound() {
  return (
    <Empty title="There is no such page">
      <Link to="/" className="text-accent underline">
        All servers
      </Link>
    </Empty>
  );
}
