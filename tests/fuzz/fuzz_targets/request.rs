//! A request's head as a client may send it, and what a function is shown of it.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skep_fuzz::bodies::request(bytes));
