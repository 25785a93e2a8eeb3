// The console of functions: what it prints is a line of the log, and the values that were printed go along as data.
//
// api/globals.js loads it at the first use of `console`. Text comes from deno_web's console; text and data go to op_skep_log_data.
//
// A value is read as far as its own data properties, and an error as far as name, message and stack: no proxy or `toJSON` of the function runs.
//
// Invariant: data has at most DATA_MAX characters, DEPTH_MAX levels and VALUES_MAX values, and never stops a line from being written.

(function () {
  const { core, primordials } = __bootstrap;
  const {
    ArrayBufferIsView,
    ArrayIsArray,
    ArrayPrototypeForEach,
    ArrayPrototypePush,
    DatePrototypeGetTime,
    DatePrototypeToISOString,
    ErrorPrototype,
    JSONStringify,
    NumberIsFinite,
    ObjectGetPrototypeOf,
    ObjectKeys,
    ObjectPrototype,
    ObjectPrototypeIsPrototypeOf,
    ReflectApply,
    ReflectGetOwnPropertyDescriptor,
    String,
    StringPrototypeSlice,
  } = primordials;
  const { op_skep_log: log, op_skep_log_data: logData } = core.ops;
  const { Console, setNoColorFns } = core.loadExtScript("ext:deno_web/01_console.js");

  /** Characters of a console line that cross to the log: as in core/errors.js. */
  const LINE_MAX = (10 << 10) + 1;
  /** Characters of the values as JSON, levels, and values of one line. */
  const DATA_MAX = 8 << 10;
  const DEPTH_MAX = 6;
  const VALUES_MAX = 500;
  const METHODS = ["debug", "error", "info", "log", "warn"];

  const isObject = (value) => typeof value === "object" && value !== null;
  const isError = (value) => core.isNativeError(value) || ObjectPrototypeIsPrototypeOf(ErrorPrototype, value);

  /** A value as JSON has it. `budget` is what may still be read. */
  function shape(value, depth, budget) {
    budget.values -= 1;
    if (budget.values < 0 || budget.characters < 0) return "...";
    switch (typeof value) {
      case "boolean":
        return value;
      case "number":
        return NumberIsFinite(value) ? value : String(value);
      case "string": {
        const text = StringPrototypeSlice(value, 0, DATA_MAX);
        budget.characters -= text.length;
        return text;
      }
      case "bigint":
        return StringPrototypeSlice(String(value), 0, DATA_MAX);
      case "object":
        return value === null ? null : shapeObject(value, depth, budget);
      default:
        return `[${typeof value}]`;
    }
  }

  function shapeObject(value, depth, budget) {
    if (core.isProxy(value)) return "[proxy]";
    if (core.isDate(value)) {
      return NumberIsFinite(DatePrototypeGetTime(value)) ? DatePrototypeToISOString(value) : "Invalid Date";
    }
    if (ArrayBufferIsView(value) || core.isAnyArrayBuffer(value)) return "[bytes]";
    if (depth >= DEPTH_MAX) return "...";
    if (isError(value)) return shapeError(value, budget);
    const isLeft = () => budget.values >= 0 && budget.characters >= 0;
    if (ArrayIsArray(value)) {
      const list = [];
      for (let i = 0; i < value.length && isLeft(); i++) ArrayPrototypePush(list, shapeProperty(value, i, depth, budget));
      return list;
    }
    const shaped = { __proto__: null };
    const keys = ObjectKeys(value);
    for (let i = 0; i < keys.length && isLeft(); i++) {
      shaped[keys[i]] = shapeProperty(value, keys[i], depth, budget);
      budget.characters -= keys[i].length;
    }
    return shaped;
  }

  function shapeProperty(value, key, depth, budget) {
    const property = ReflectGetOwnPropertyDescriptor(value, key);
    if (property?.get !== undefined) return "[getter]";
    return shape(property?.value, depth + 1, budget);
  }

  function shapeError(error, budget) {
    const text = (value) => shape(typeof value === "string" ? value : String(value ?? ""), DEPTH_MAX, budget);
    return { __proto__: null, name: text(error.name), message: text(error.message), stack: text(error.stack) };
  }

  const isPlain = (value) => {
    if (!isObject(value) || core.isProxy(value) || ArrayIsArray(value)) return false;
    const prototype = ObjectGetPrototypeOf(value);
    return prototype === ObjectPrototype || prototype === null;
  };

  /** The values of a line as JSON; nothing if none of them is an object. */
  function dataOf(values) {
    let hasObject = false;
    for (let i = 0; i < values.length; i++) hasObject ||= isObject(values[i]);
    if (!hasObject) return "";
    const budget = { __proto__: null, values: VALUES_MAX, characters: DATA_MAX };
    const data = { __proto__: null, args: [] };
    for (let i = 0; i < values.length && budget.values > 0; i++) {
      const shaped = shape(values[i], 0, budget);
      ArrayPrototypePush(data.args, shaped);
      if (i === 0 && isPlain(values[i])) data.fields = shaped;
      if (data.error === undefined && isObject(values[i]) && !core.isProxy(values[i]) && isError(values[i])) data.error = shaped;
    }
    return JSONStringify(data);
  }

  /** A console whose lines belong to the call that `currentCall` gives. */
  function createConsole(currentCall) {
    setNoColorFns(() => true, () => true);
    // The values of the method that prints.
    let printed;
    const print = (text, level) => {
      const line = text.length > LINE_MAX ? StringPrototypeSlice(text, 0, LINE_MAX) : text;
      const id = currentCall()?.id ?? 0;
      let data = "";
      try {
        if (printed !== undefined) data = dataOf(printed);
      } catch {
        // A value that cannot be read is printed all the same.
      }
      if (data === "") log(id, level, line);
      else logData(id, level, line, data);
    };
    const console = new Console(print);
    ArrayPrototypeForEach(METHODS, (name) => {
      const write = console[name];
      console[name] = {
        [name](...values) {
          const outer = printed;
          printed = values;
          try {
            ReflectApply(write, console, values);
          } finally {
            printed = outer;
          }
        },
      }[name];
    });
    return console;
  }

  return { createConsole };
})();
