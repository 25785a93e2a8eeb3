globalThis.stolen = "a global";
Object.prototype.stolen = "on a prototype";
Array.prototype.map = () => "broken";

export default () => {
  JSON.stringify = () => "broken";
  globalThis.Response = class {};
  return "done";
};
