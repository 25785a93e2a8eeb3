//! The Blobs of one isolate, counted against its `memory_mb`: deno_web keeps their bytes in Rust, where V8 does not see them.
//!
//! deno_web's ops put parts in and take them out, the latter when JavaScript's object is collected; `heap` holds the count.
//!
//! Invariant: a part is counted while it is stored, once, and a slice of another part is not counted at all.

use std::sync::Arc;

use deno_core::url::Url;
use deno_web::{Blob, BlobPart, BlobStore, BlobStoreTrait, InMemoryBlobPart};
use uuid::Uuid;

use super::heap::Heap;

/// deno_web's store, with a count of its bytes.
#[derive(Debug)]
pub(super) struct CountedBlobs {
    store: BlobStore,
    heap: Arc<Heap>,
}

type Part = Arc<dyn BlobPart + Send + Sync>;

impl CountedBlobs {
    pub(super) fn new(heap: Arc<Heap>) -> Arc<Self> {
        Arc::new(Self { store: BlobStore::default(), heap })
    }
}

/// Bytes that a part keeps itself. Slices only refer to others; their size in memory distinguishes them from parts that hold bytes.
fn own_bytes(part: &Part) -> usize {
    let holds_bytes = size_of_val(&**part) == size_of::<InMemoryBlobPart>();
    if holds_bytes { part.size() } else { 0 }
}

impl BlobStoreTrait for CountedBlobs {
    fn insert_part(&self, part: Part) -> Uuid {
        // The op that calls this cannot refuse; an instance that passes its limit here ends.
        self.heap.keep_or_condemn(own_bytes(&part));
        self.store.insert_part(part)
    }

    fn get_part(&self, id: &Uuid) -> Option<Part> {
        self.store.get_part(id)
    }

    fn remove_part(&self, id: &Uuid) -> Option<Part> {
        let part = self.store.remove_part(id);
        self.heap.let_go(part.as_ref().map_or(0, own_bytes));
        part
    }

    fn get_object_url(&self, url: Url) -> Option<Arc<Blob>> {
        self.store.get_object_url(url)
    }

    fn insert_object_url(&self, blob: Blob, maybe_location: Option<Url>) -> Url {
        self.store.insert_object_url(blob, maybe_location)
    }

    fn remove_object_url(&self, url: &Url) {
        self.store.remove_object_url(url);
    }

    fn clear(&self) {
        self.store.clear();
    }
}
