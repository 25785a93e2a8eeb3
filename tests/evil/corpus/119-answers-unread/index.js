let answer;
export default (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  return answer ??= new Uint8Array(30 << 20).fill(97);
};
