//! What a client sends in HTTP/1, to the host's own front and to hyper.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skep_fuzz::http1::http1_stream(bytes));
