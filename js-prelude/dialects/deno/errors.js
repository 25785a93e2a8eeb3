// `Deno.errors`: the classes of Deno's errors.
//
// members.js gives them to functions; files.js throws some of them.
//
// Invariant: each has its own name, as Deno's have.

(function () {
  const { primordials } = __bootstrap;
  const { Error, ObjectDefineProperty, ObjectFreeze } = primordials;

  const NAMES = [
    "AddrInUse", "AddrNotAvailable", "AlreadyExists", "BadResource", "BrokenPipe", "Busy", "ConnectionAborted", "ConnectionRefused",
    "ConnectionReset", "FilesystemLoop", "Http", "Interrupted", "InvalidData", "IsADirectory", "NetworkUnreachable", "NotADirectory",
    "NotCapable", "NotConnected", "NotFound", "NotSupported", "PermissionDenied", "TimedOut", "UnexpectedEof", "WouldBlock", "WriteZero",
  ];

  function errorClass(name) {
    const Class = class extends Error {
      constructor(message, options) {
        super(message, options);
        this.name = name;
      }
    };
    ObjectDefineProperty(Class, "name", { __proto__: null, value: name, configurable: true });
    return Class;
  }

  const errors = { __proto__: null };
  for (let i = 0; i < NAMES.length; i++) errors[NAMES[i]] = errorClass(NAMES[i]);

  /** A function that throws why it cannot be had. `isAsync`: its promise is rejected with it. */
  function refused(name, why, isAsync = false) {
    const refusal = () => new errors.NotSupported(`Deno.${name} is not supported: ${why}`);
    const fn = isAsync
      ? async () => {
        throw refusal();
      }
      : () => {
        throw refusal();
      };
    ObjectDefineProperty(fn, "name", { __proto__: null, value: name, configurable: true });
    return fn;
  }

  /** A class whose instances cannot be made. */
  function refusedClass(name, why) {
    const refuse = refused(name, why);
    const Class = class {
      constructor() {
        refuse();
      }
    };
    ObjectDefineProperty(Class, "name", { __proto__: null, value: name, configurable: true });
    return Class;
  }

  return { __proto__: null, errors: ObjectFreeze(errors), refused, refusedClass };
})();
