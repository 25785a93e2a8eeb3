// A stand-in for S3: one bucket in memory, addressed by path, with multipart uploads; signatures must be there and are not checked.
import { createHash } from "node:crypto";
import http from "node:http";
import { bodyOf } from "./echo.mjs";

const objects = new Map();
const uploads = new Map();
const etag = (bytes) => `"${createHash("md5").update(bytes).digest("hex")}"`;

function xml(response, text, status = 200) {
  response.writeHead(status, { "content-type": "application/xml" }).end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
}

/** The body without the framing of `aws-chunked`, in which the SDK sends streams with checksums behind them. */
function unframed(request, bytes) {
  if (!String(request.headers["content-encoding"]).includes("aws-chunked")) return bytes;
  const pieces = [];
  for (let at = 0; ; ) {
    const end = bytes.indexOf("\r\n", at);
    const length = parseInt(bytes.toString("latin1", at, end), 16);
    if (!(length > 0)) return Buffer.concat(pieces);
    pieces.push(bytes.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

async function answer(request, response) {
  const { pathname, searchParams: asked } = new URL(request.url, "http://x");
  const bytes = unframed(request, await bodyOf(request));
  if (!String(request.headers.authorization).startsWith("AWS4-HMAC-SHA256 Credential=") && !asked.has("X-Amz-Signature")) return xml(response, "<Error><Code>AccessDenied</Code><Message>no signature</Message></Error>", 403);
  const key = decodeURIComponent(pathname.split("/").slice(2).join("/"));
  if (key === "") {
    const keys = [...objects.keys()].filter((name) => name.startsWith(asked.get("prefix") ?? "")).sort();
    return xml(response, `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>${keys.length}</KeyCount><IsTruncated>false</IsTruncated>${keys.map((name) => `<Contents><Key>${name}</Key><Size>${objects.get(name).bytes.length}</Size></Contents>`).join("")}</ListBucketResult>`);
  }
  if (request.method === "POST" && asked.has("uploads")) {
    uploads.set(key, new Map());
    return xml(response, `<InitiateMultipartUploadResult><Bucket>bucket</Bucket><Key>${key}</Key><UploadId>upload</UploadId></InitiateMultipartUploadResult>`);
  }
  if (request.method === "POST") {
    const parts = [...uploads.get(key).entries()].sort(([a], [b]) => a - b);
    objects.set(key, { bytes: Buffer.concat(parts.map(([, part]) => part)) });
    return xml(response, `<CompleteMultipartUploadResult><Bucket>bucket</Bucket><Key>${key}</Key><ETag>"whole"</ETag></CompleteMultipartUploadResult>`);
  }
  if (request.method === "PUT") {
    if (asked.has("partNumber")) uploads.get(key).set(Number(asked.get("partNumber")), bytes);
    else objects.set(key, { bytes, type: request.headers["content-type"], note: request.headers["x-amz-meta-note"] });
    return response.writeHead(200, { etag: etag(bytes) }).end();
  }
  if (request.method === "DELETE") {
    objects.delete(key);
    return response.writeHead(204).end();
  }
  const found = objects.get(key);
  if (found === undefined) return xml(response, `<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>${key}</Key></Error>`, 404);
  const headers = { "content-type": found.type ?? "application/octet-stream", "content-length": found.bytes.length, etag: etag(found.bytes) };
  if (found.note !== undefined) headers["x-amz-meta-note"] = found.note;
  return response.writeHead(200, headers).end(request.method === "HEAD" ? undefined : found.bytes);
}

export const s3 = () => ({ server: http.createServer(answer) });
