import type { TokenView } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Ago } from "../live/ago.js";
import { Button } from "../parts/controls.js";
import { Modal } from "../parts/modal.js";
import { Badge, Empty, Loading, Problem } from "../parts/panels.js";
import { useRevokeToken } from "./changes.js";
import { grantText } from "./grant-text.js";
import { NewToken } from "./new-token.js";
import { tokensQuery } from "./queries.js";

/** The tokens that the hub accepts, without what their holders send. */
export function Tokens(): React.ReactNode {
  const list = useQuery(tokensQuery);
  const [isMaking, setMaking] = useState(false);
  const tokens = list.data?.tokens;
  const make = (
    <Button look="solid" onClick={() => setMaking(true)}>
      <KeyRound className="size-4" aria-hidden="true" />
      New token
    </Button>
  );
  return (
    <>
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {tokens === undefined && !list.isError && <Loading what="tokens" className="h-16" />}
      {tokens?.length === 0 && (
        <Empty title="No token yet: everybody who reaches this hub may do everything">
          <p className="mb-3">
            The first token is for an admin. From then on, the hub refuses whoever sends none:
            servers that register, agents that call, and this page until you sign in.
          </p>
          {make}
        </Empty>
      )}
      {tokens !== undefined && tokens.length > 0 && (
        <>
          <div className="mb-4 flex justify-end">{make}</div>
          <ul aria-label="Tokens" className="grid gap-3">
            {tokens.map((token) => (
              <TokenRow key={token.id} token={token} />
            ))}
          </ul>
        </>
      )}
      {isMaking && <NewToken isFirst={tokens?.length === 0} onClose={() => setMaking(false)} />}
    </>
  );
}

function TokenRow({ token }: { readonly token: TokenView }) {
  const { id, name, grants, source, isExpired, expiresAt, lastUsedAt, createdAt } = token;
  const [isAsking, setAsking] = useState(false);
  return (
    <li
      data-token={id}
      className="flex flex-wrap items-start justify-between gap-3 rounded-xl border border-line bg-surface p-4 shadow-card"
    >
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="min-w-0 font-medium break-words">{name}</span>
          {isExpired && <Badge tone="bad">expired</Badge>}
          {source === "file" && <Badge title="MCP_HUB_TOKENS_FILE">from the file</Badge>}
        </p>
        <ul className="text-sm">
          {grants.map((grant) => (
            <li key={grantText(grant)} className="break-words">
              {grantText(grant)}
            </li>
          ))}
        </ul>
        <p className="mt-1 flex flex-wrap gap-x-4 text-xs text-soft">
          <code>mh_{id}_…</code>
          {createdAt !== undefined && (
            <span>
              made <Ago at={createdAt} />
            </span>
          )}
          <span>
            {lastUsedAt === undefined ? (
              "not used yet"
            ) : (
              <>
                used <Ago at={lastUsedAt} />
              </>
            )}
          </span>
          {expiresAt !== undefined && <span>ends {new Date(expiresAt).toLocaleString()}</span>}
        </p>
      </div>
      {source === "store" && (
        <Button look="danger" onClick={() => setAsking(true)}>
          Revoke
        </Button>
      )}
      {isAsking && <Revoke token={token} onClose={() => setAsking(false)} />}
    </li>
  );
}

function Revoke({ token, onClose }: { readonly token: TokenView; readonly onClose: () => void }) {
  const revoke = useRevokeToken();
  return (
    <Modal title={`Revoke ${token.name}?`} onClose={onClose}>
      <p className="text-sm">
        The hub refuses this token at once, and ends the sessions and streams of whoever holds it. A
        revoked token cannot be brought back.
      </p>
      {revoke.error !== null && (
        <div className="mt-4">
          <Problem error={revoke.error} />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Button onClick={onClose}>Keep it</Button>
        <Button
          look="danger"
          disabled={revoke.isPending}
          onClick={() => revoke.mutate(token.id, { onSuccess: onClose })}
        >
          Revoke it
        </Button>
      </div>
    </Modal>
  );
}
