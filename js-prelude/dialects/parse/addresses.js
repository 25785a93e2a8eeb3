// Which addresses may use the master key: single addresses and ranges, of both versions of IP.
//
// parse/keys.js asks with the client's address and `master_key_ips` of function.toml.
//
// Invariant: a text that is no address is in no range.

(function () {
  const { primordials } = __bootstrap;
  const {
    ArrayPrototypePush,
    NumberParseInt,
    RegExpPrototypeExec,
    StringPrototypeIndexOf,
    StringPrototypeLastIndexOf,
    StringPrototypeSlice,
    StringPrototypeSplit,
  } = primordials;

  const NUMBER = /^[0-9]{1,3}$/;
  const GROUP = /^[0-9a-fA-F]{1,4}$/;

  /** The bytes of an IPv4 address, or null. */
  function bytesOf4(text) {
    const parts = StringPrototypeSplit(text, ".");
    if (parts.length !== 4) return null;
    const bytes = [];
    for (let i = 0; i < 4; i++) {
      if (RegExpPrototypeExec(NUMBER, parts[i]) === null || +parts[i] > 255) return null;
      ArrayPrototypePush(bytes, +parts[i]);
    }
    return bytes;
  }

  /** Adds the bytes of groups `a:b:...`, the last of which may be an IPv4 address. False if they are none. */
  function addGroups(bytes, text) {
    if (text === "") return true;
    const groups = StringPrototypeSplit(text, ":");
    for (let i = 0; i < groups.length; i++) {
      if (i === groups.length - 1 && StringPrototypeIndexOf(groups[i], ".") !== -1) {
        const last = bytesOf4(groups[i]);
        if (last === null) return false;
        for (let j = 0; j < 4; j++) ArrayPrototypePush(bytes, last[j]);
      } else {
        if (RegExpPrototypeExec(GROUP, groups[i]) === null) return false;
        const value = NumberParseInt(groups[i], 16);
        ArrayPrototypePush(bytes, value >> 8, value & 255);
      }
    }
    return true;
  }

  /** The bytes of an IPv6 address, or null. */
  function bytesOf6(text) {
    const zone = StringPrototypeIndexOf(text, "%");
    if (zone !== -1) text = StringPrototypeSlice(text, 0, zone);
    const gap = StringPrototypeIndexOf(text, "::");
    const head = [];
    const tail = [];
    if (gap === -1) return addGroups(head, text) && head.length === 16 ? head : null;
    if (!addGroups(head, StringPrototypeSlice(text, 0, gap)) || !addGroups(tail, StringPrototypeSlice(text, gap + 2))) return null;
    if (head.length + tail.length > 14) return null;
    while (head.length + tail.length < 16) ArrayPrototypePush(head, 0);
    for (let i = 0; i < tail.length; i++) ArrayPrototypePush(head, tail[i]);
    return head;
  }

  /** An IPv4 address that is written as one of IPv6 is the IPv4 address. */
  function bytesOf(text) {
    if (StringPrototypeIndexOf(text, ":") === -1) return bytesOf4(text);
    const bytes = bytesOf6(text);
    if (bytes === null) return null;
    for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return bytes;
    return bytes[10] === 255 && bytes[11] === 255 ? [bytes[12], bytes[13], bytes[14], bytes[15]] : bytes;
  }

  function isWithin(bytes, range) {
    const slash = StringPrototypeLastIndexOf(range, "/");
    const base = bytesOf(slash === -1 ? range : StringPrototypeSlice(range, 0, slash));
    if (base === null || base.length !== bytes.length) return false;
    let bits = slash === -1 ? base.length * 8 : +StringPrototypeSlice(range, slash + 1);
    if (!(bits >= 0)) return false;
    // A range of IPv4 that is written as one of IPv6.
    if (slash !== -1 && base.length === 4 && StringPrototypeIndexOf(range, ":") !== -1) bits -= 96;
    for (let i = 0; i < base.length && bits > 0; i++, bits -= 8) {
      const mask = bits >= 8 ? 255 : 256 - (1 << (8 - bits));
      if ((base[i] & mask) !== (bytes[i] & mask)) return false;
    }
    return true;
  }

  /** Whether `address` is one of `ranges`. */
  function isAmong(address, ranges) {
    const bytes = bytesOf(address);
    if (bytes === null) return false;
    for (let i = 0; i < ranges.length; i++) if (isWithin(bytes, ranges[i])) return true;
    return false;
  }

  const LOOPBACK = ["127.0.0.0/8", "::1"];

  const isLoopback = (address) => isAmong(address, LOOPBACK);

  return { __proto__: null, isAmong, isLoopback, LOOPBACK };
})();
