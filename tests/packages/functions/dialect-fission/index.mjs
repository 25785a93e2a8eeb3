// The dialect Fission: node-fetch inside, status, body and headers back.
import fetch from "node-fetch";

export default async (context) => {
  const { request } = context;
  const answer = await fetch(`${process.env.HTTP_URL}/echo`, { method: "POST", body: JSON.stringify(request.body ?? null), headers: { "content-type": "application/json" } });
  return { status: 201, body: { status: answer.status, echoed: await answer.json() }, headers: { "x-from": request.get("x-from") ?? "nobody" } };
};
