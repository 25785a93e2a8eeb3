// Secrets as files, at the places where other hosts mount them: what is read there is a variable of the function.
//
// node/fs/read.js asks for a path that is no file of the version. kubeless mounts `/NAME/KEY`, Fission `/secrets/NAMESPACE/NAME/KEY` and
// `/configs/NAMESPACE/NAME/KEY`, OpenFaaS `/var/openfaas/secrets/NAME` and `/run/secrets/NAME`. kubeless's place could be any path, so it is
// one only where function.toml names that dialect.
//
// Invariant: nothing but the function's own variables is found, and a file of the version comes first.

(function () {
  const { core, primordials } = __bootstrap;
  const { op_skep_settings } = core.ops;
  const { ArrayPrototypePush, JSONParse, RegExpPrototypeExec, RegExpPrototypeSymbolReplace, StringPrototypeToUpperCase } = primordials;
  const { instance } = core.loadExtScript("ext:skep/dispatch/boot.js");

  /** Places with one name, and places with a name and a key in it. */
  const SINGLE = /^\/(?:var\/openfaas\/secrets|run\/secrets)\/([^/]+)$/;
  const KEYED = /^\/(?:secrets|configs)\/[^/]+\/([^/]+)\/([^/]+)$/;
  const OF_KUBELESS = /^\/([^/]+)\/([^/]+)$/;
  const NOT_IN_NAMES = /[^A-Za-z0-9_]/g;

  /** How a variable may be called that another host has as `name`: as it is, or as variables are spelled. */
  function spellings(name, found) {
    const plain = RegExpPrototypeSymbolReplace(NOT_IN_NAMES, name, "_");
    ArrayPrototypePush(found, name, plain, StringPrototypeToUpperCase(plain));
    return found;
  }

  let dialect; // What function.toml says, once it was asked.

  function isKubeless() {
    dialect ??= JSONParse(op_skep_settings()).dialect ?? "";
    return dialect === "kubeless";
  }

  function namesOf(path) {
    const single = RegExpPrototypeExec(SINGLE, path);
    if (single !== null) return spellings(single[1], []);
    const keyed = RegExpPrototypeExec(KEYED, path) ?? (isKubeless() ? RegExpPrototypeExec(OF_KUBELESS, path) : null);
    return keyed === null ? [] : spellings(keyed[2], spellings(`${keyed[1]}_${keyed[2]}`, []));
  }

  /** The text of the secret at an absolute path, or undefined. */
  function secretAt(path) {
    const names = namesOf(path);
    for (let i = 0; i < names.length; i++) {
      const value = instance.env[names[i]];
      if (value !== undefined) return value;
    }
    return undefined;
  }

  return { __proto__: null, secretAt };
})();
