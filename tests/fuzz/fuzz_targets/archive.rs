//! An upload: a format, and an archive in it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skep_fuzz::bodies::archive(bytes));
