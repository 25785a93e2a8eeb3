// Stand-ins for the interfaces of OpenAI and Stripe: canned answers, one of them a stream of events.
import http from "node:http";
import { bodyOf, json } from "./echo.mjs";

const chunk = (delta, finish_reason = null) => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

async function complete(request, response) {
  const body = String(await bodyOf(request));
  if (request.headers.authorization !== "Bearer key") return json(response, { error: { message: "no such key", type: "invalid_request_error", code: "invalid_api_key" } }, {}, 401);
  if (request.url === "/v1/files") return json(response, { id: "f", object: "file", bytes: body.includes("contents of the file") ? 20 : 0, purpose: "assistants" });
  const { stream, messages } = JSON.parse(body);
  if (!stream) return json(response, { id: "c", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message: { role: "assistant", content: `re: ${messages.at(-1).content}` }, finish_reason: "stop" }], usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } });
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const content of ["he", "llo"]) response.write(chunk({ role: "assistant", content }));
  return response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
}

async function charge(request, response) {
  const asked = new URLSearchParams(String(await bodyOf(request)));
  if (request.url === "/v1/charges") return json(response, { error: { type: "card_error", code: "card_declined", message: "Your card was declined." } }, {}, 402);
  if (request.method === "GET") return json(response, { object: "list", has_more: false, data: [{ id: "cus_1" }, { id: "cus_2" }] });
  return json(response, { id: "cus_1", object: "customer", email: asked.get("email"), metadata: { plan: asked.get("metadata[plan]") } });
}

export const openai = () => ({ server: http.createServer(complete) });
export const stripe = () => ({ server: http.createServer(charge) });
