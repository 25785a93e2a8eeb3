//! The environment of the process, while it has one thread.
#![allow(clippy::disallowed_methods, reason = "there is one thread")]

/// Removes variables. Must be called before any thread exists.
pub fn remove(names: &[&str]) {
    for name in names {
        #[allow(unsafe_code, reason = "the environment is shared by all threads")]
        // SAFETY: there is one thread.
        unsafe {
            std::env::remove_var(name);
        }
    }
}
