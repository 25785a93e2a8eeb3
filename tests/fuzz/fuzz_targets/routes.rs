//! Routes of three manifests, and a request that asks for one.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skep_fuzz::bodies::routes(bytes));
