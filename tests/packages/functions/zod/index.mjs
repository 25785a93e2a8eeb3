// zod: objects, unions, transforms, messages, JSON Schema.
import { z } from "zod";

const user = z.object({ name: z.string().min(2), mail: z.email(), age: z.coerce.number().int().optional(), tags: z.array(z.enum(["a", "b"])).default([]) });
const shape = z.discriminatedUnion("kind", [z.object({ kind: z.literal("circle"), r: z.number() }), z.object({ kind: z.literal("square"), a: z.number() })]);

export default async () => ({
  good: user.parse({ name: "ann", mail: "a@b.co", age: "3" }),
  bad: z.treeifyError(user.safeParse({ name: "a", mail: "x", tags: ["c"] }).error),
  shape: [shape.safeParse({ kind: "circle", r: 1 }).success, shape.safeParse({ kind: "line" }).success],
  transformed: await z.string().transform(async (text) => text.length).parseAsync("four"),
  refined: z.number().refine((n) => n % 2 === 0, "odd").safeParse(3).error.issues[0].message,
  schema: z.toJSONSchema(user, { io: "input" }),
});
