//! The streams of the log: what kind of line a line is.
//!
//! Events name theirs; `store` has a file for each.
//!
//! Invariant: a closed list; its names are those of files and of a parameter of the API.

/// What kind of line it is; its file is named by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Stream {
    /// What functions write.
    Business = 1,
    /// One line for each request that was answered.
    Requests = 2,
    /// What the host says about itself.
    Host = 3,
    /// What operators did.
    Audit = 4,
}

impl Stream {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Business, Self::Requests, Self::Host, Self::Audit];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Business => "business",
            Self::Requests => "requests",
            Self::Host => "host",
            Self::Audit => "audit",
        }
    }

    /// The stream of this name.
    pub fn of_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stream| stream.label() == label)
    }
}
