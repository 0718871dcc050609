import { policyOf } from "@hub/core/policy";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import { Button, buttonClass } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";
import { Facts, Problem } from "../parts/panels.js";
import { useSignOut } from "./changes.js";
import { grantText } from "./grant-text.js";
import { sessionQuery, whoQuery } from "./queries.js";

/** Who this browser is to the hub and what it may do, and the way out. */
export function AccountDialog({ onClose }: { readonly onClose: () => void }) {
  const who = useQuery(whoQuery);
  const session = useQuery(sessionQuery);
  const signOut = useSignOut();
  if (who.data === undefined) return null;
  const { isOpen, kind, name, id, grants, expiresAt } = who.data;
  return (
    <Modal title={isOpen ? "This hub is open" : (name ?? id)} onClose={onClose}>
      {isOpen ? (
        <p className="text-sm">
          Everybody who reaches this hub may do everything, because it has no tokens. That is meant
          for one person on one machine.
        </p>
      ) : (
        <Facts
          facts={[
            [
              "You are",
              kind === "token" ? "a token" : kind === "person" ? "a person" : "a program",
            ],
            ["Id", <code key="id">{id}</code>],
            [
              "You may",
              <ul key="grants">
                {grants.map((grant) => (
                  <li key={grantText(grant)}>{grantText(grant)}</li>
                ))}
              </ul>,
            ],
            ["Until", expiresAt === undefined ? undefined : new Date(expiresAt).toLocaleString()],
          ]}
        />
      )}
      {signOut.error !== null && (
        <div className="mt-4">
          <Problem error={signOut.error} />
        </div>
      )}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        {policyOf(who.data).mayWithAll("admin") && (
          <Link to="/ui/access" className={buttonClass()} onClick={onClose}>
            Tokens, admission and limits
          </Link>
        )}
        {session.data?.isSignedIn === true && (
          <Button
            look="danger"
            disabled={signOut.isPending}
            onClick={() => signOut.mutate(undefined, { onSuccess: onClose })}
          >
            <LogOut className="size-4" aria-hidden="true" />
            Sign out
          </Button>
        )}
      </div>
    </Modal>
  );
}
