// @aws-sdk/client-s3: put, get, list, head, a stream, a multipart upload, errors.
import { Readable } from "node:stream";
import * as S3 from "@aws-sdk/client-s3";

const s3 = new S3.S3Client({ region: "eu-central-1", endpoint: process.env.S3_URL, forcePathStyle: true, credentials: { accessKeyId: "a", secretAccessKey: "b" } });
const Bucket = "bucket";

export default async () => {
  const put = await s3.send(new S3.PutObjectCommand({ Bucket, Key: "a/one.txt", Body: "hello", ContentType: "text/plain", Metadata: { note: "noted" } }));
  await s3.send(new S3.PutObjectCommand({ Bucket, Key: "a/two.bin", Body: Readable.from([Buffer.alloc(70_000, "x"), Buffer.from("end")]), ContentLength: 70_003 }));
  const { UploadId } = await s3.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: "a/parts" }));
  const Parts = [];
  for (const PartNumber of [1, 2]) Parts.push({ PartNumber, ETag: (await s3.send(new S3.UploadPartCommand({ Bucket, Key: "a/parts", UploadId, PartNumber, Body: `part ${PartNumber}.` }))).ETag });
  const whole = await s3.send(new S3.CompleteMultipartUploadCommand({ Bucket, Key: "a/parts", UploadId, MultipartUpload: { Parts } }));
  const got = await s3.send(new S3.GetObjectCommand({ Bucket, Key: "a/one.txt" }));
  const two = await s3.send(new S3.GetObjectCommand({ Bucket, Key: "a/two.bin" }));
  let bytes = 0;
  for await (const piece of two.Body) bytes += piece.length;
  return {
    put: put.ETag,
    whole: whole.ETag,
    got: [got.ContentType, got.Metadata, await got.Body.transformToString()],
    bytes,
    parts: await (await s3.send(new S3.GetObjectCommand({ Bucket, Key: "a/parts" }))).Body.transformToString(),
    head: (await s3.send(new S3.HeadObjectCommand({ Bucket, Key: "a/two.bin" }))).ContentLength,
    listed: (await s3.send(new S3.ListObjectsV2Command({ Bucket, Prefix: "a/" }))).Contents.map(({ Key, Size }) => [Key, Size]),
    absent: await s3.send(new S3.GetObjectCommand({ Bucket, Key: "nothing" })).catch(({ name, $metadata }) => [name, $metadata.httpStatusCode]),
    deleted: (await s3.send(new S3.DeleteObjectCommand({ Bucket, Key: "a/one.txt" }))).$metadata.httpStatusCode,
  };
};
