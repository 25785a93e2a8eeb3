const nameOfError = (action) => {
  try {
    return action(), "no error";
  } catch (error) {
    return error.name;
  }
};

export default async () => ({
  utf8: [...new TextEncoder().encode("€")],
  decoded: new TextDecoder().decode(new Uint8Array([226, 130, 172])),
  latin: new TextDecoder("windows-1252").decode(new Uint8Array([0xe9])),
  fatal: nameOfError(() => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]))),
  streamed: await new Response(
    ReadableStream.from([[226], [130, 172], [117, 114, 111]].map((bytes) => new Uint8Array(bytes)))
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextEncoderStream()),
  ).text(),
  into: new TextEncoder().encodeInto("€€", new Uint8Array(4)),
  base64: btoa("hi"),
  back: atob("aGk="),
  invalid: nameOfError(() => btoa("€")),
});
