export default () => {
  const circle = {};
  circle.circle = circle;
  const buffer = new Uint8Array([1, 2]).buffer;
  const moved = structuredClone(buffer, { transfer: [buffer] });
  const copy = structuredClone(circle);
  let refused = "no error";
  try {
    structuredClone(() => {});
  } catch (error) {
    refused = error.name;
  }
  return {
    date: structuredClone(new Date(0)).getTime() === 0,
    map: [...structuredClone(new Map([["a", 1]]))],
    set: [...structuredClone(new Set([1, 2]))],
    regexp: String(structuredClone(/x/gi)),
    circle: copy.circle === copy && copy !== circle,
    error: structuredClone(new RangeError("text")).name,
    bytes: [...new Uint8Array(moved)],
    transferred: buffer.byteLength,
    refused,
  };
};
