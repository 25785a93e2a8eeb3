//! Bytes that the host keeps for an instance where V8 does not see them: answers of other functions that it has not read, and bodies of its
//! own calls.
//!
//! `isolate` names the heap that counts them; `ops` and the in-flight table hold the counts.
//!
//! Invariant: bytes are counted as long as their [`KeptBytes`] exists.

use std::sync::Arc;

/// Counts the memory of one instance.
pub trait ByteKeeper: Send + Sync {
    /// These bytes are kept from now on. An instance that passes its limit so ends.
    fn keep(&self, bytes: usize);

    /// They are kept no longer.
    fn let_go(&self, bytes: usize);
}

/// A count of bytes. Dropping it counts them off.
#[derive(Default)]
pub struct KeptBytes(Option<(Arc<dyn ByteKeeper>, usize)>);

impl KeptBytes {
    /// Counts `bytes` with `keeper`, if there is one.
    pub fn new(keeper: Option<&Arc<dyn ByteKeeper>>, bytes: usize) -> Self {
        Self(keeper.map(|keeper| {
            keeper.keep(bytes);
            (keeper.clone(), bytes)
        }))
    }
}

impl Drop for KeptBytes {
    fn drop(&mut self) {
        if let Some((keeper, bytes)) = self.0.take() {
            keeper.let_go(bytes);
        }
    }
}
