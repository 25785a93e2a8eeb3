//! Words that are known, recognized letter by letter without looking back.
//!
//! Invariant: of the words of one list none begins with another.

/// The names of the fields that decide about the body and the connection, in the order of `machine::Field`.
pub(super) const FIELDS: &[&[u8]] = &[b"connection", b"proxy-connection", b"content-length", b"transfer-encoding", b"upgrade"];

/// What a connection field may say, in the order of its flags.
pub(super) const CONNECTION: &[&[u8]] = &[b"keep-alive", b"close", b"upgrade"];

/// The encoding that frames a body.
pub(super) const CHUNKED: &[&[u8]] = &[b"chunked"];

/// What a message may begin with.
pub(super) const PROTOCOLS: &[&[u8]] = &[b"HTTP", b"ICE", b"RTSP"];

/// The methods of HTTP, in the order of llhttp.
pub(super) const METHODS: &[&[u8]] = &[
    b"DELETE",
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"CONNECT",
    b"OPTIONS",
    b"TRACE",
    b"COPY",
    b"LOCK",
    b"MKCOL",
    b"MOVE",
    b"PROPFIND",
    b"PROPPATCH",
    b"SEARCH",
    b"UNLOCK",
    b"BIND",
    b"REBIND",
    b"UNBIND",
    b"ACL",
    b"REPORT",
    b"MKACTIVITY",
    b"CHECKOUT",
    b"MERGE",
    b"M-SEARCH",
    b"NOTIFY",
    b"SUBSCRIBE",
    b"UNSUBSCRIBE",
    b"PATCH",
    b"PURGE",
    b"MKCALENDAR",
    b"LINK",
    b"UNLINK",
    b"SOURCE",
    b"QUERY",
];

/// The number of `CONNECT` in `METHODS`.
pub(super) const CONNECT: u32 = 5;

/// Which words of a list the letters so far may become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct KnownWord {
    /// One bit for each word of the list.
    pub(super) candidates: u64,
    /// Letters so far.
    pub(super) length: u32,
}

impl KnownWord {
    /// Before the first letter: any word.
    pub(super) const ANY: Self = Self { candidates: u64::MAX, length: 0 };
    /// No word of any list.
    pub(super) const NONE: Self = Self { candidates: 0, length: 0 };

    /// One letter more. Whether there is a word that goes on like this.
    pub(super) fn push(&mut self, letter: u8, list: &[&[u8]]) -> bool {
        let mut candidates = 0;
        for (index, word) in list.iter().enumerate() {
            if self.candidates >> index & 1 == 1 && word.get(self.length as usize) == Some(&letter) {
                candidates |= 1 << index;
            }
        }
        self.candidates = candidates;
        self.length = self.length.saturating_add(1);
        candidates != 0
    }

    /// The word of the list that the letters are.
    pub(super) fn found(self, list: &[&[u8]]) -> Option<usize> {
        list.iter().enumerate().position(|(index, word)| self.candidates >> index & 1 == 1 && word.len() == self.length as usize)
    }
}
