#!/usr/bin/env node
// Links to programs are made before anything is built, so what they point to must be there.
import "../dist/main.js";
