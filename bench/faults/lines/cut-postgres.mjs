// The network between one of three hubs and Postgres is cut, silently, and mended. The hub goes on from memory and
// says so; the others do its work.
import { sleep } from "../../gateway/processes.mjs";
import { Postgres } from "../../postgres.mjs";
import { atMost, greatest, none, told } from "../figures.mjs";
import { Link } from "../link.mjs";
import { atEnd, until } from "../stage.mjs";
import { underLoad } from "../three-hubs.mjs";

/** What the guide promises of a hub that is gone, and what it takes to notice that a database does not answer. */
const noticedWithinS = 10;
const saidWithinS = 10;

const seconds = async (what, look) => {
  const began = performance.now();
  await until(what, look);
  return (performance.now() - began) / 1_000;
};

export const cutFromPostgres = {
  name: "cut-postgres",
  title: "one of three hubs is cut off from Postgres, and comes back",

  async run({ isShort }) {
    const cuts = isShort ? 1 : 6;
    const cutMs = isShort ? 8_000 : 45_000;
    const postgres = await Postgres.start();
    atEnd(() => postgres.close());
    const url = postgres.newDatabase();
    const link = await Link.open(postgres.port);
    const detour = new URL(url);
    detour.port = link.port;
    const said = [];
    const noticed = [];
    const back = [];
    const unlike = [];
    const disturb = async ([hub, other]) => {
      const { id } = (await hub.get("/hubs")).hubs.find(({ isSelf }) => isSelf);
      const stateOf = async () =>
        (await other.get("/hubs")).hubs.find((one) => one.id === id)?.state;
      const names = async (one) => (await one.servers()).map(({ name }) => name).sort();
      for (let cut = 0; cut < cuts; cut += 1) {
        await sleep(1_000);
        const before = await names(hub);
        link.cut();
        const end = sleep(cutMs);
        const [took, seen] = await Promise.all([
          seconds(
            "the hub to say that it is cut off",
            async () => !(await fetch(`${hub.url}/readyz`)).ok,
          ),
          seconds("another to notice", async () => (await stateOf()) !== "working"),
        ]);
        said.push(took);
        noticed.push(seen);
        const now = new Set(await names(hub));
        unlike.push(...before.filter((name) => !now.has(name)));
        await end;
        await link.mend();
        back.push(
          await seconds("the hub to be back", async () => {
            const { ok } = await fetch(`${hub.url}/readyz`);
            return ok && (await stateOf()) === "working";
          }),
        );
      }
      return [
        told("cut off", `${cuts} times for ${cutMs / 1_000} s`),
        atMost("longest until its /readyz said so", greatest(said), saidWithinS, "s"),
        atMost("longest until another hub had noticed", greatest(noticed), noticedWithinS, "s"),
        told("longest until it was back", `${greatest(back).toFixed(1)} s`),
        none("servers missing in its list meanwhile", unlike),
      ];
    };
    const settings = [{ DATABASE_URL: detour.href }, { DATABASE_URL: url }, { DATABASE_URL: url }];
    return underLoad({ settings, url, disturb });
  },
};
