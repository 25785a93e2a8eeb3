// A Hono application as it is: routes, middleware, JSON. The host takes `/hono` off the path, so the application does not
// know where it is mounted. `hono` comes from `node_modules` in this folder; README.md tells how that copy was made.
import { Hono } from "hono";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";

interface Bee {
  name: string;
  role: "queen" | "worker" | "drone";
}

const bees = new Map<string, Bee>([
  ["1", { name: "Maja", role: "worker" }],
  ["2", { name: "Willi", role: "drone" }],
]);

const app = new Hono();

app.use(cors());
app.use("/bees/*", etag());

app.get("/", (c) => c.text("Hono in a hive"));

app.get("/bees", (c) => c.json([...bees.values()]));

app.get("/bees/:id", (c) => {
  const bee = bees.get(c.req.param("id"));
  if (!bee) throw new HTTPException(404, { message: "no such bee" });
  return c.json(bee);
});

app.post("/bees", async (c) => {
  const { name, role } = await c.req.json<Partial<Bee>>();
  if (!name || !role) throw new HTTPException(422, { message: "a bee has a name and a role" });
  const id = String(bees.size + 1);
  bees.set(id, { name, role });
  c.header("location", `/bees/${id}`);
  return c.json({ id, name, role }, 201);
});

app.onError((error, c) => {
  if (!(error instanceof HTTPException)) throw error; // the host answers 500 and logs the stack
  return c.json({ error: error.message }, error.status);
});

export default app;
