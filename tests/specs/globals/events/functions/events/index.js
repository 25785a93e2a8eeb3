function custom() {
  const target = new EventTarget();
  let calls = 0;
  let detail;
  target.addEventListener("ping", (event) => {
    calls += 1;
    detail = event.detail;
    event.preventDefault();
  }, { once: true });
  const prevented = !target.dispatchEvent(new CustomEvent("ping", { detail: "detail", cancelable: true }));
  target.dispatchEvent(new Event("ping"));
  return { detail, once: calls, prevented };
}

function aborts() {
  const plain = new AbortController();
  plain.abort();
  const reasoned = new AbortController();
  reasoned.abort("because");
  return {
    aborted: [plain.signal.reason.name, reasoned.signal.reason],
    any: AbortSignal.any([new AbortController().signal, reasoned.signal]).reason,
  };
}

const timeout = () => new Promise((resolve) => {
  const signal = AbortSignal.timeout(1);
  const alive = setInterval(() => {}, 1000); // a timeout signal alone need not keep an instance waiting
  signal.addEventListener("abort", () => {
    clearInterval(alive);
    resolve(signal.reason.name);
  });
});

const message = () => new Promise((resolve) => {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = (event) => {
    port2.close();
    resolve(event.data);
  };
  port1.postMessage({ text: "cloned" });
});

const reported = () => new Promise((resolve) => {
  addEventListener("error", (event) => {
    event.preventDefault();
    resolve(event.error.message);
  }, { once: true });
  reportError(new Error("reported"));
});

const rejection = () => new Promise((resolve) => {
  onunhandledrejection = (event) => {
    event.preventDefault();
    onunhandledrejection = null;
    resolve(event.reason);
  };
  Promise.reject("rejected");
  setTimeout(() => {}, 0); // one more turn of the event loop
});

export default async () => {
  const exception = new DOMException("text", "InvalidCharacterError");
  return {
    ...custom(),
    ...aborts(),
    timeout: await timeout(),
    message: await message(),
    reported: await reported(),
    rejection: await rejection(),
    exception: [exception.code, exception.name],
  };
};
