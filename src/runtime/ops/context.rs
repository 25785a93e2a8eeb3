//! Whose code runs: the call that the prelude put into the async context, read without running JavaScript.

use deno_core::v8;

/// The id of the call whose async context is current, if there is one.
pub(in crate::runtime) fn call_in_context(scope: &mut v8::PinScope<'_, '_>) -> Option<u32> {
    let context = scope.get_continuation_preserved_embedder_data();
    let call = v8::Local::<v8::Object>::try_from(context).ok()?;
    let key = v8::String::new(scope, "id")?;
    call.get_real_named_property(scope, key.into())?.uint32_value(scope)
}
