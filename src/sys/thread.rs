//! Names of threads, for `top -H`, debuggers and crash reports.

/// Names the calling thread; Linux keeps 15 bytes.
pub fn set_name(name: &str) {
    let mut bytes: Vec<u8> = name.bytes().take(15).collect();
    bytes.push(0);
    #[allow(unsafe_code, reason = "the standard library can name only threads that do not run yet")]
    // SAFETY: the name is NUL-terminated and at most 16 bytes with the NUL.
    unsafe {
        libc::pthread_setname_np(libc::pthread_self(), bytes.as_ptr().cast());
    }
}
