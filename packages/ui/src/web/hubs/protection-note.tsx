import { useQuery } from "@tanstack/react-query";
import { pulseQuery } from "../api/queries.js";

/** Says that what the hub shows may be old, and why, for as long as that is so. */
export function ProtectionNote({ className = "mb-4" }: { readonly className?: string }) {
  const protection = useQuery(pulseQuery).data?.protection;
  return (
    <div role="status">
      {protection !== undefined && (
        <p className={`rounded-xl bg-warn-soft p-3 text-sm text-warn ${className}`}>
          {protection.reason}
        </p>
      )}
    </div>
  );
}
