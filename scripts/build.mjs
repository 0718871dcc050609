// npm run build: installs and builds everything, with types.
import { build, install } from "./prepare.mjs";

install();
build();
