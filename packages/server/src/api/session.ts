import { endSession, getSession, openSession, type SessionView, type Unchanging } from "@hub/api";
import { HubError } from "@hub/core";
import { nobody } from "@hub/core/access";
import type { Context } from "hono";
import { invalidCredential } from "../access/refusals.js";
import { headOf, type RequestHead } from "../access/request-head.js";
import type { CodeFlow } from "../access/sign-in/code-flow.js";
import { cookieIn, forgetCookie, setCookie } from "../access/sign-in/cookies.js";
import { ownPath } from "../access/sign-in/own-path.js";
import {
  pendingFromCookie,
  pendingLastsMs,
  pendingToCookie,
} from "../access/sign-in/pending-cookie.js";
import type { Sessions, SignedIn } from "../access/sign-in/sessions.js";
import { signInPaths } from "../access/sign-in/sign-in-paths.js";
import { askerOf } from "./asker.js";
import { parseJson } from "./body.js";
import type { AppEnv, HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

/** Why somebody is not signed in who went to the issuer. */
type SignInProblem = "unavailable" | "refused" | "expired";

/** Where the page says what went wrong, in words of its own, and goes on to where the person wanted to. */
const problemPage = (problem: SignInProblem, to: string) =>
  `/ui/sign-in?problem=${problem}${to === "/" ? "" : `&to=${encodeURIComponent(to)}`}`;

const noStore = { "cache-control": "no-store" };
const headFrom = (context: Context<AppEnv>) => headOf(context.req.raw, context.get("arrival"));

export function addSessionRoutes(app: HubApp, { gate, signIn, registry, audit }: AppDeps): void {
  const { sessions, flow, issuer, onFailure } = signIn;

  const view = (signedIn: SignedIn | undefined): Unchanging<SessionView> => ({
    isSignedIn: signedIn !== undefined,
    ...(signedIn === undefined ? {} : { expiresAt: instant(signedIn.expiresAt) }),
    ways: gate.isOpen ? [] : flow === undefined ? ["token"] : ["token", "issuer"],
    ...(flow === undefined || issuer === undefined ? {} : { issuer }),
  });

  /** Gives the browser the cookie of a new session. Rejects with STORE_UNAVAILABLE. */
  async function welcome(
    context: Context<AppEnv>,
    head: RequestHead,
    ...given: Parameters<Sessions["open"]>
  ) {
    await audit.decided({ ...askerOf({ context, principal: given[0] }), action: "sign-in" });
    // Whoever had this browser before is signed out.
    await sessions.end(head);
    const opened = await sessions.open(...given);
    const lastsMs = opened.expiresAt - registry.now().wall;
    const cookie = setCookie("session", head.publicUrl, opened.value, lastsMs);
    context.header("set-cookie", cookie, { append: true });
    return opened;
  }

  serve(app, getSession, (call) => {
    const session = gate.isOpen ? undefined : sessions.of(headFrom(call.context));
    return call.json(200, view(session), noStore);
  });

  serve(app, openSession, async (call) => {
    const { context } = call;
    const { token } = call.body(await call.sent(parseJson));
    if (gate.isOpen)
      throw new HubError("INVALID_REQUEST", "This hub asks nobody who they are: use it as it is.");
    if (!/^[\w.~+/-]+=*$/.test(token)) throw invalidCredential("This is no token.");
    const head = headFrom(context);
    const asked = await gate.identify({
      method: head.method,
      target: head.target,
      address: head.address,
      publicUrl: head.publicUrl,
      header: (name) => (name === "authorization" ? `Bearer ${token}` : undefined),
    });
    if (HubError.is(asked)) throw asked;
    return call.json(200, view(await welcome(context, head, asked, expiryIn(token))), noStore);
  });

  serve(app, endSession, async (call) => {
    const head = headFrom(call.context);
    if (sessions.of(head) !== undefined)
      await audit.decided({ ...askerOf(call), action: "sign-out" });
    await sessions.end(head);
    call.context.header("set-cookie", forgetCookie("session", head.publicUrl));
    return call.empty();
  });

  const withFlow = (): CodeFlow => {
    if (flow !== undefined) return flow;
    throw new HubError("ROUTE_NOT_FOUND", "No issuer signs people in to this hub. Use a token.");
  };

  function failed(context: Context<AppEnv>, problem: SignInProblem, to: string, error: unknown) {
    if (problem !== "unavailable")
      audit.refused({
        ...askerOf({ context, principal: nobody }),
        error: invalidCredential("The sign-in failed."),
        subject: `GET ${signInPaths.callback}`,
      });
    onFailure(reasonOf(error));
    return context.redirect(problemPage(problem, to), 303);
  }

  app.get(signInPaths.begin, async (context) => {
    context.header("cache-control", "no-store");
    const signingIn = withFlow();
    const head = headFrom(context);
    const to = ownPath(context.req.query("to"));
    try {
      const { location, pending } = await signingIn.begin(head.publicUrl, to);
      const value = pendingToCookie(pending);
      context.header("set-cookie", setCookie("sign-in", head.publicUrl, value, pendingLastsMs));
      return context.redirect(location.href, 303);
    } catch (error) {
      return failed(context, "unavailable", to, error);
    }
  });

  app.get(signInPaths.callback, async (context) => {
    context.header("cache-control", "no-store");
    const signingIn = withFlow();
    const head = headFrom(context);
    context.header("set-cookie", forgetCookie("sign-in", head.publicUrl));
    const pending = pendingFromCookie(cookieIn(head, "sign-in"));
    if (pending === undefined)
      return failed(context, "expired", "/", "nobody began to sign in at this browser");
    try {
      const { search } = new URL(context.req.url);
      const callback = new URL(`${head.publicUrl}${signInPaths.callback}${search}`);
      await welcome(context, head, await signingIn.finish(head.publicUrl, callback, pending));
      return context.redirect(ownPath(pending.to), 303);
    } catch (error) {
      return failed(context, "refused", ownPath(pending.to), error);
    }
  });

  app.get(signInPaths.client, (context) => {
    const document = withFlow().clientDocument(headFrom(context).publicUrl);
    return context.json(document, 200, { "cache-control": "max-age=300" });
  });
}

/** What an operator needs to know of a sign-in that failed. An issuer says why with a code of OAuth. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "error" in error && typeof error.error === "string" ? ` (${error.error})` : "";
  return `${error.message}${code}`.slice(0, 500);
}

/** When a token ends that an issuer signed, in milliseconds since 1970. It was verified before. */
function expiryIn(token: string): number | undefined {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return undefined;
  const claims: { readonly exp?: number } = JSON.parse(
    Buffer.from(payload, "base64url").toString("utf8"),
  );
  return claims.exp === undefined ? undefined : claims.exp * 1_000;
}
