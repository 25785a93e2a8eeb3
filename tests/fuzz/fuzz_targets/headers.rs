//! Header text as a function may give it, and what goes to the client.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skep_fuzz::bodies::headers(bytes));
