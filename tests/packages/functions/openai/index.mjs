// openai: an answer, a stream, an upload, errors.
import OpenAI, { toFile } from "openai";

const client = new OpenAI({ apiKey: "key", baseURL: `${process.env.OPENAI_URL}/v1`, maxRetries: 0 });
const asked = { model: "m", messages: [{ role: "user", content: "hi" }] };

export default async () => {
  let streamed = "";
  for await (const { choices } of await client.chat.completions.create({ ...asked, stream: true })) streamed += choices[0]?.delta?.content ?? "";
  return {
    answer: (await client.chat.completions.create(asked)).choices[0].message.content,
    streamed,
    file: await client.files.create({ file: await toFile(Buffer.from("contents of the file"), "a.txt"), purpose: "assistants" }),
    wrong: await new OpenAI({ apiKey: "wrong", baseURL: `${process.env.OPENAI_URL}/v1`, maxRetries: 0 }).chat.completions.create(asked).catch(({ constructor, status, code }) => [constructor.name, status, code]),
    refused: await new OpenAI({ apiKey: "key", baseURL: "http://127.0.0.1:1", maxRetries: 0 }).chat.completions.create(asked).catch(({ constructor }) => constructor.name),
  };
};
