import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { usePolicy } from "../access/policy.js";
import { buttonClass } from "../parts/controls.js";

/** The way to a further server in the hub, for whoever may register one. */
export function AddLink() {
  if (!usePolicy().mayAtAll("register")) return null;
  return (
    <Link to="/ui/add" className={buttonClass("solid")}>
      <Plus className="size-4" aria-hidden="true" />
      Add server
    </Link>
  );
}
