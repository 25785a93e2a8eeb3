// The parameters of a function, by its text: what tells handlers of several hosts apart that are exported in the same way.
//
// dialects/detect.js asks once for a version's handler.
//
// Invariant: no text makes it run longer than the text is long, and none makes it throw.

(function () {
  const { primordials } = __bootstrap;
  const {
    ArrayPrototypePush, FunctionPrototypeToString, RegExpPrototypeExec, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeTrim,
  } = primordials;

  const OPENING = "([{";
  const CLOSING = ")]}";
  const QUOTES = "\"'`";

  /** Behind the comment that begins at `at`, or `at` if none does. */
  function behindComment(text, at) {
    if (text[at] !== "/") return at;
    const ending = text[at + 1] === "/" ? "\n" : text[at + 1] === "*" ? "*/" : null;
    if (ending === null) return at;
    const end = StringPrototypeIndexOf(text, ending, at + 2);
    return end === -1 ? text.length : end + ending.length;
  }

  /** Behind the quoted text that begins at `at`. */
  function behindQuotes(text, at) {
    const quote = text[at];
    for (let i = at + 1; i < text.length; i++) {
      if (text[i] === "\\") i++;
      else if (text[i] === quote) return i + 1;
    }
    return text.length;
  }

  /** The parts of the list that begins behind the parenthesis before `at`, without comments. */
  function partsFrom(text, at) {
    const parts = [];
    let part = "";
    let depth = 0;
    while (at < text.length) {
      const behind = behindComment(text, at);
      if (behind !== at) {
        at = behind;
        continue;
      }
      const character = text[at];
      if (StringPrototypeIndexOf(QUOTES, character) !== -1) {
        at = behindQuotes(text, at);
        continue;
      }
      if (StringPrototypeIndexOf(OPENING, character) !== -1) depth++;
      if (StringPrototypeIndexOf(CLOSING, character) !== -1 && depth-- === 0) break;
      if (character === "," && depth === 0) {
        ArrayPrototypePush(parts, part);
        part = "";
      } else {
        part += character;
      }
      at++;
    }
    if (StringPrototypeTrim(part) !== "") ArrayPrototypePush(parts, part);
    return parts;
  }

  /** The name of each parameter; an empty text for one that is taken apart. */
  function parametersOf(fn) {
    const text = FunctionPrototypeToString(fn);
    const single = RegExpPrototypeExec(/^(?:async\s+)?([\w$]+)\s*=>/, text);
    if (single !== null) return [single[1]];
    const at = StringPrototypeIndexOf(text, "(");
    const parts = at === -1 ? [] : partsFrom(text, at + 1);
    const names = [];
    for (let i = 0; i < parts.length; i++) {
      const name = RegExpPrototypeExec(/^\s*(?:\.\.\.)?\s*([\w$]+)/, parts[i]);
      ArrayPrototypePush(names, name === null ? "" : name[1]);
    }
    return names;
  }

  return { __proto__: null, parametersOf };
})();
