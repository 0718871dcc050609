import { CopyButton } from "../../parts/controls.js";
import type { Asked } from "../mcp/request.js";
import { curlOf } from "./curl.js";
import { typescriptOf } from "./typescript.js";

/** The call, to be made elsewhere. */
export function CopyLinks({ asked }: { readonly asked: Asked }) {
  const { origin } = window.location;
  return (
    <>
      {/* Its quotes are those of a POSIX shell, which other shells read otherwise. */}
      <CopyButton
        text={curlOf(asked, origin)}
        what="as curl (bash)"
        short="curl"
        isIcon={false}
        look="quiet"
      />
      <CopyButton
        text={typescriptOf(asked, origin)}
        what="as TypeScript"
        short="TypeScript"
        isIcon={false}
        look="quiet"
      />
    </>
  );
}
