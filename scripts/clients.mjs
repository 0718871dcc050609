// npm run interop:clients: builds, then lets real clients list and call through a hub. See
// interop/clients/run.mjs; `-- --write` puts the table into docs/reference/clients.md.
import { build, install, installInterop } from "./prepare.mjs";

install();
build();
installInterop("clients");
await import("../interop/clients/run.mjs");
