//! A module's source: its parser, its imports, and where they lead.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skep_fuzz::bodies::modules(bytes));
