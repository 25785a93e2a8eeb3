// The head of an answer, from the text that `_http_outgoing` of deno_node makes to the lines that Rust reads.
//
// node/http/call_socket.js asks for it when a response is first written to its socket.
//
// Invariant: a header that belongs to a connection is not passed on: the host writes its own.

(function () {
  const { primordials } = __bootstrap;
  const { RangeError, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeSplit, StringPrototypeToLowerCase } = primordials;

  /** Characters of the headers of an answer: dispatch/respond.js. */
  const HEADER_TEXT_MAX = 256 << 10;

  /** Headers that belong to a connection. */
  const isHidden = { __proto__: null, connection: true, "keep-alive": true, "transfer-encoding": true };

  /** Names and values in lines, as Rust reads them, and the length of the body if they tell it. */
  function headersOf(head) {
    const lines = StringPrototypeSplit(head, "\r\n");
    let text = "";
    let length = null;
    // The first line is the status; two empty ones are the end.
    for (let i = 1; i < lines.length - 2; i++) {
      const line = lines[i];
      const colon = StringPrototypeIndexOf(line, ": ");
      const name = StringPrototypeToLowerCase(StringPrototypeSlice(line, 0, colon));
      if (isHidden[name]) continue;
      const value = StringPrototypeSlice(line, colon + 2);
      if (name === "content-length") length = value;
      text += `\n${name}\n${value}`;
    }
    if (text.length > HEADER_TEXT_MAX) throw new RangeError("the headers are too large");
    return { __proto__: null, length: length === null ? null : +length, text };
  }

  return { __proto__: null, headersOf };
})();
