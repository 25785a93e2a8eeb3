// WebAssembly with limits on modules, memories, tables and suspendable calls.
//
// api/globals.js loads it at the first use of `WebAssembly`, which the snapshot cannot hold, and passes V8's namespace. Flags of V8 bound
// one module, memory and table (runtime/isolate/engine.rs); this file counts them. Rust reads what a module declares (op_skep_wasm_shape).
// wasm_module.js judges the bytes of a module before V8 compiles them.
//
// Invariant: a memory is counted before it exists, whether a constructor makes it or an instance whose module declares it.

(function () {
  const { core, internals, primordials } = __bootstrap;
  const { op_skep_collect, op_skep_memory_bytes, op_skep_wasm_shape } = core.ops;
  const {
    ArrayBuffer, ArrayBufferPrototypeGetByteLength, ArrayBufferPrototypeTransfer, Number, ObjectDefineProperty,
    ObjectPrototypeIsPrototypeOf, PromisePrototypeThen, Proxy, ReflectApply, ReflectConstruct, ReflectDeleteProperty, SafeSet,
    SafeWeakSet, SetPrototypeAdd, SetPrototypeDelete, SetPrototypeForEach, SetPrototypeGetSize, Uint32Array, WeakRef,
    WeakRefPrototypeDeref, WeakSetPrototypeAdd, WeakSetPrototypeHas,
  } = primordials;
  const { descriptorOf, install, nativeText, refuse } = internals.guards;
  const { admitBytes, bytesOfResponse } = core.loadExtScript("ext:skep/guards/lazy/wasm_module.js");

  const TABLE_ENTRIES_MAX = 100_000; // As --wasm-max-table-size, here for all tables of a module together.
  const MEMORIES_MAX = 64;
  const PAGE_BYTES = 2 ** 16;

  // ---- memories that may still exist --------------------------------------------------------------------------------------

  const memories = new SafeSet();
  const counted = new SafeWeakSet();

  /** Forgets the memories that V8 has collected. */
  function forget() {
    SetPrototypeForEach(memories, (memory) => {
      if (WeakRefPrototypeDeref(memory) === undefined) SetPrototypeDelete(memories, memory);
    });
  }

  /** Refuses `count` more memories of `pages` in total if they are too many or too large. Garbage does not count. */
  function admit(count, pages) {
    if (pages * PAGE_BYTES > op_skep_memory_bytes()) refuse("WebAssembly memory", "the WebAssembly memory is larger than memory_mb");
    if (SetPrototypeGetSize(memories) + count <= MEMORIES_MAX) return;
    op_skep_collect();
    forget();
    if (SetPrototypeGetSize(memories) + count > MEMORIES_MAX) refuse("WebAssembly memories", `too many WebAssembly memories: at most ${MEMORIES_MAX} at a time`);
  }

  function count(owner) {
    WeakSetPrototypeAdd(counted, owner);
    SetPrototypeAdd(memories, new WeakRef(owner));
  }

  // ---- the declarations of a module ---------------------------------------------------------------------------------------

  /** What a module declares: op_skep_wasm_shape (runtime/ops/refuse.rs) writes four numbers in this order. */
  const shape = new Uint32Array(4);
  const MEMORIES = 0;
  const PAGES = 1;
  const TABLE_ENTRIES = 2;
  const SHARED_MEMORIES = 3;

  /** The buffer of a shared memory has a constructor, which makes growable buffers. */
  function refuseShared() {
    refuse("shared WebAssembly memory", "shared WebAssembly memories are not available");
  }

  /** Refuses an instance of `module` that would pass a limit, and returns how many memories it brings. */
  function admitInstance(module) {
    if (!op_skep_wasm_shape(module, shape)) return 0; // Not a module: the built-in throws.
    if (shape[TABLE_ENTRIES] > TABLE_ENTRIES_MAX) refuse("WebAssembly tables", `too many entries in the tables of a WebAssembly module: at most ${TABLE_ENTRIES_MAX}`);
    if (shape[SHARED_MEMORIES] > 0) refuseShared();
    if (shape[MEMORIES] > 0) admit(shape[MEMORIES], shape[PAGES]);
    return shape[MEMORIES];
  }

  /** The instance keeps its memories alive, and so does code that holds an exported one. */
  function countInstance(instance, brought) {
    if (brought === 0) return instance;
    for (let i = 0; i < brought; i++) count(instance);
    const exports = ReflectApply(exportsOf, instance, []);
    for (const name in exports) {
      const value = exports[name];
      if (ObjectPrototypeIsPrototypeOf(memoryPrototype, value) && !WeakSetPrototypeHas(counted, value)) count(value);
    }
    return instance;
  }

  // ---- suspendable calls --------------------------------------------------------------------------------------------------

  /** A suspendable call has a stack of its own outside the heap, as large as `--stack-size`. Each gets a companion buffer that counts. */
  const STACK_BYTES = 2 ** 20;

  function callOnStack(call, self, args) {
    const companion = new ArrayBuffer(STACK_BYTES);
    const free = () => ArrayBufferPrototypeTransfer(companion, 0);
    const result = ReflectApply(call, self, args);
    PromisePrototypeThen(result, free, free);
    // A promise without handlers: if the call fails and no code catches that, it must show.
    return PromisePrototypeThen(result, (value) => value);
  }

  // ---- descriptors, read once ---------------------------------------------------------------------------------------------

  function numberOf(value) {
    return typeof value === "bigint" ? value : +value;
  }

  function copyDescriptor(descriptor, keys) {
    if ((typeof descriptor !== "object" && typeof descriptor !== "function") || descriptor === null) return descriptor;
    const copy = { __proto__: null };
    for (let i = 0; i < keys.length; i++) {
      const value = descriptor[keys[i]];
      if (value !== undefined) copy[keys[i]] = NUMBERS[keys[i]] === true ? numberOf(value) : keys[i] === "shared" ? !!value : `${value}`;
    }
    return copy;
  }
  const NUMBERS = { __proto__: null, initial: true, maximum: true, minimum: true };
  const MEMORY_KEYS = ["address", "initial", "maximum", "minimum", "shared"];
  const TABLE_KEYS = ["address", "element", "initial", "maximum", "minimum"];

  function initialOf(descriptor) {
    return Number(descriptor?.initial ?? descriptor?.minimum ?? 0);
  }

  /** A proxy of a constructor has all that the constructor has. */
  function guarded(original, name, construct) {
    const guard = nativeText(new Proxy(original, { __proto__: null, construct }), name);
    ObjectDefineProperty(original.prototype, "constructor", { __proto__: null, value: guard });
    return guard;
  }

  // The built-ins; the one call of `guardWebAssembly` sets them.
  let bufferOf;
  let memoryPrototype;
  let exportsOf;

  /** Replaces everything in `native` that makes modules, memories, tables and instances. Returns `native`. */
  function guardWebAssembly(native) {
    const { compile, instantiate, Instance, Memory, Module, promising, Table, validate } = native;
    bufferOf = descriptorOf(Memory.prototype, "buffer").get;
    exportsOf = descriptorOf(Instance.prototype, "exports").get;
    memoryPrototype = Memory.prototype;
    const { grow } = memoryPrototype;

    const constructors = {
      __proto__: null,
      Module: guarded(Module, "Module", (original, args, newTarget) => {
        if (args.length > 0) args[0] = admitBytes(args[0]);
        return ReflectConstruct(original, args, newTarget === constructors.Module ? original : newTarget);
      }),
      Memory: guarded(Memory, "Memory", (original, args, newTarget) => {
        const descriptor = copyDescriptor(args.length > 0 ? args[0] : undefined, MEMORY_KEYS);
        if (descriptor?.shared === true) refuseShared();
        admit(1, initialOf(descriptor));
        const memory = ReflectConstruct(original, [descriptor], newTarget === constructors.Memory ? original : newTarget);
        count(memory);
        return memory;
      }),
      Table: guarded(Table, "Table", (original, args, newTarget) => {
        const descriptor = copyDescriptor(args.length > 0 ? args[0] : undefined, TABLE_KEYS);
        if (initialOf(descriptor) > TABLE_ENTRIES_MAX) {
          refuse("WebAssembly table", `the WebAssembly table is too large: at most ${TABLE_ENTRIES_MAX} entries`);
        }
        const rest = args.length > 1 ? [descriptor, args[1]] : [descriptor];
        return ReflectConstruct(original, rest, newTarget === constructors.Table ? original : newTarget);
      }),
      Instance: guarded(Instance, "Instance", (original, args, newTarget) => {
        const brought = args.length > 0 ? admitInstance(args[0]) : 0;
        return countInstance(ReflectConstruct(original, args, newTarget === constructors.Instance ? original : newTarget), brought);
      }),
    };
    for (const name in constructors) ObjectDefineProperty(native, name, { __proto__: null, value: constructors[name] });

    async function instantiateModule(module, imports) {
      const brought = admitInstance(module);
      return countInstance(await ReflectApply(instantiate, native, [module, imports]), brought);
    }
    async function instantiateCompiled(compiled, imports) {
      const module = await compiled;
      return { module, instance: await instantiateModule(module, imports) };
    }
    async function compileBytes(source, options) {
      return await ReflectApply(compile, native, [admitBytes(source), options]);
    }
    async function compileResponse(source, options) {
      return await compileBytes(await bytesOfResponse(source), options);
    }

    install(native, {
      __proto__: null,
      compile(source, options) {
        return compileBytes(source, options);
      },
      compileStreaming(source, options) {
        return compileResponse(source, options);
      },
      instantiate(source, imports, options) {
        return op_skep_wasm_shape(source, shape) ? instantiateModule(source, imports) : instantiateCompiled(compileBytes(source, options), imports);
      },
      instantiateStreaming(source, imports, options) {
        return instantiateCompiled(compileResponse(source, options), imports);
      },
      promising(callee) {
        return new Proxy(ReflectApply(promising, native, [callee]), { __proto__: null, apply: callOnStack });
      },
      validate(source, options) {
        return ReflectApply(validate, native, [admitBytes(source), options]);
      },
    });
    install(memoryPrototype, {
      __proto__: null,
      grow(delta) {
        const pages = numberOf(delta);
        const bytes = ArrayBufferPrototypeGetByteLength(ReflectApply(bufferOf, this, []));
        if (bytes + Number(pages) * PAGE_BYTES > op_skep_memory_bytes()) {
          refuse("WebAssembly memory", "the WebAssembly memory would become larger than memory_mb");
        }
        return ReflectApply(grow, this, [pages]);
      },
    });
    // Another way to a resizable buffer.
    ReflectDeleteProperty(memoryPrototype, "toResizableBuffer");
    return native;
  }

  return { guardWebAssembly };
})();
