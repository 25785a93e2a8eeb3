//! Ops behind `structuredClone` and message ports: V8's serializer, and the objects of the host that pass through it.
//!
//! Called by `js-prelude/guards/clone.js`, in place of deno_core's ops. Those trust the mark by which they know an object of the host; a
//! function can put it on any object, and theirs panics, or lets V8 abort, when what it finds there is not what the prelude writes.
//!
//! Invariant: whatever a function marks, an object of the host is made by a reader that the prelude registered, or the clone is refused.
//! What one isolate transfers, no other takes: the tables are in its own state.

use std::cell::RefCell;
use std::collections::HashMap;
use std::pin::pin;
use std::rc::Rc;

use deno_core::convert::Uint8Array;
use deno_core::{JsBuffer, OpState, op2, v8};
use deno_error::JsErrorBox;
use v8::{ValueDeserializerHelper as _, ValueSerializerHelper as _};

use super::catch_panic::{catch_panic, catch_panic_or};

/// The symbol, in the registry of all symbols, under which an object of the host keeps what writes it.
const MARK: &str = "Deno.core.hostObject";

/// What serialized values refer to by number, until someone reads them.
#[derive(Default)]
pub(crate) struct Transfers {
    next: u32,
    buffers: HashMap<u32, v8::SharedRef<v8::BackingStore>>,
    modules: HashMap<u32, v8::CompiledWasmModule>,
}

impl Transfers {
    fn number(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.next
    }
}

/// The isolate's side of V8's serializer, in both directions.
struct Objects<'a> {
    transfers: Rc<RefCell<Transfers>>,
    mark: v8::Local<'a, v8::Symbol>,
    /// Objects that the message names by their place in this list.
    listed: Option<v8::Local<'a, v8::Array>>,
    /// Throws a `DataCloneError` with the message that it gets.
    refused: Option<v8::Local<'a, v8::Function>>,
    /// Readers of the host's objects, by the `type` that their writer wrote.
    readers: Option<v8::Local<'a, v8::Object>>,
}

fn throw_type_error(scope: &mut v8::PinScope<'_, '_>, message: &str) {
    if let Some(message) = v8::String::new(scope, message) {
        let error = v8::Exception::type_error(scope, message);
        scope.throw_exception(error);
    }
}

impl v8::ValueSerializerImpl for Objects<'_> {
    fn throw_data_clone_error<'s>(&self, scope: &mut v8::PinScope<'s, '_>, message: v8::Local<'s, v8::String>) {
        catch_panic_or("structuredClone", (), || {
            if let Some(refused) = self.refused {
                v8::tc_scope!(let scope, scope);
                let undefined = v8::undefined(scope).into();
                refused.call(scope, undefined, &[message.into()]);
                if scope.has_caught() || scope.has_terminated() {
                    scope.rethrow();
                    return;
                }
            }
            let error = v8::Exception::type_error(scope, message);
            scope.throw_exception(error);
        });
    }

    fn get_shared_array_buffer_id<'s>(&self, _: &mut v8::PinScope<'s, '_>, buffer: v8::Local<'s, v8::SharedArrayBuffer>) -> Option<u32> {
        catch_panic_or("structuredClone", None, || {
            let mut transfers = self.transfers.borrow_mut();
            let number = transfers.number();
            transfers.buffers.insert(number, buffer.get_backing_store());
            Some(number)
        })
    }

    fn get_wasm_module_transfer_id(&self, _: &mut v8::PinScope<'_, '_>, module: v8::Local<'_, v8::WasmModuleObject>) -> Option<u32> {
        catch_panic_or("structuredClone", None, || {
            let mut transfers = self.transfers.borrow_mut();
            let number = transfers.number();
            transfers.modules.insert(number, module.get_compiled_module());
            Some(number)
        })
    }

    fn has_custom_host_object(&self, _: &v8::Isolate) -> bool {
        true
    }

    fn is_host_object<'s>(&self, scope: &mut v8::PinScope<'s, '_>, object: v8::Local<'s, v8::Object>) -> Option<bool> {
        object.has(scope, self.mark.into())
    }

    fn write_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        object: v8::Local<'s, v8::Object>,
        serializer: &dyn v8::ValueSerializerHelper,
    ) -> Option<bool> {
        catch_panic_or("structuredClone", None, || {
            let marked = object.get(scope, self.mark.into())?;
            if let Ok(writer) = marked.try_cast::<v8::Function>() {
                let written = writer.call(scope, object.into(), &[])?;
                serializer.write_uint32(u32::MAX);
                return serializer.write_value(scope.get_current_context(), written);
            }
            for place in 0..self.listed.map_or(0, |listed| listed.length()) {
                if self.listed?.get_index(scope, place)? == object {
                    serializer.write_uint32(place);
                    return Some(true);
                }
            }
            // deno_web knows this text, and makes the message of Node out of it.
            let message = v8::String::new(scope, "Unsupported object type")?;
            self.throw_data_clone_error(scope, message);
            None
        })
    }
}

impl v8::ValueDeserializerImpl for Objects<'_> {
    fn get_shared_array_buffer_from_id<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        number: u32,
    ) -> Option<v8::Local<'s, v8::SharedArrayBuffer>> {
        catch_panic_or("structuredClone", None, || {
            let store = self.transfers.borrow_mut().buffers.remove(&number)?;
            store.is_shared().then(|| v8::SharedArrayBuffer::with_backing_store(scope, &store))
        })
    }

    fn get_wasm_module_from_id<'s>(&self, scope: &mut v8::PinScope<'s, '_>, number: u32) -> Option<v8::Local<'s, v8::WasmModuleObject>> {
        catch_panic_or("structuredClone", None, || {
            let module = self.transfers.borrow_mut().modules.remove(&number)?;
            v8::WasmModuleObject::from_compiled_module(scope, &module)
        })
    }

    fn read_host_object<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        deserializer: &dyn v8::ValueDeserializerHelper,
    ) -> Option<v8::Local<'s, v8::Object>> {
        catch_panic_or("structuredClone", None, || {
            // V8 forbids JavaScript while it reads, and aborts where some runs: a getter of what was written is enough.
            let scope = pin!(v8::AllowJavascriptExecutionScope::new(scope));
            let scope = &mut scope.init();
            self.read(scope, deserializer)
        })
    }
}

impl Objects<'_> {
    /// The object that was written; `None` with an exception if there is no reader for it.
    fn read<'s>(
        &self,
        scope: &mut v8::PinScope<'s, '_>,
        deserializer: &dyn v8::ValueDeserializerHelper,
    ) -> Option<v8::Local<'s, v8::Object>> {
        let mut place = 0;
        if !deserializer.read_uint32(&mut place) {
            return None;
        }
        if place != u32::MAX {
            let listed =
                self.listed.and_then(|listed| listed.get_index(scope, place)).and_then(|object| object.try_cast::<v8::Object>().ok());
            if listed.is_none() {
                throw_type_error(scope, "The message names an object that did not come with it");
            }
            return listed;
        }
        let written = deserializer.read_value(scope.get_current_context())?;
        let Some(reader) = self.reader(scope, written) else {
            throw_type_error(scope, "An object is marked as one of the host's, and is of no type that the host reads");
            return None;
        };
        let null = v8::null(scope).into();
        let made = reader.call(scope, null, &[written])?.try_cast::<v8::Object>().ok();
        if made.is_none() {
            throw_type_error(scope, "An object of the host cannot be read");
        }
        made
    }

    /// What the prelude registered for the `type` of `written`.
    fn reader<'s>(&self, scope: &mut v8::PinScope<'s, '_>, written: v8::Local<'s, v8::Value>) -> Option<v8::Local<'s, v8::Function>> {
        let readers = v8::Local::new(scope, self.readers?);
        let key = v8::String::new(scope, "type")?.into();
        let written = written.try_cast::<v8::Object>().ok()?;
        // Its own and a string: a name that code of the function makes, or that `Object.prototype` has, is none of a reader.
        if !written.has_own_property(scope, key)? {
            return None;
        }
        let name = written.get(scope, key.into())?.try_cast::<v8::String>().ok()?;
        if !readers.has_own_property(scope, name.into())? {
            return None;
        }
        readers.get(scope, name.into())?.try_cast::<v8::Function>().ok()
    }
}

fn own<T: 'static>(state: &Rc<RefCell<OpState>>) -> Rc<RefCell<T>> {
    state.borrow().borrow::<Rc<RefCell<T>>>().clone()
}

/// A list that the prelude may pass.
fn list<'s>(value: Option<v8::Local<'s, v8::Value>>) -> Result<Option<v8::Local<'s, v8::Array>>, JsErrorBox> {
    value.map(|value| value.try_cast().map_err(|_| JsErrorBox::type_error("not an array"))).transpose()
}

/// The bytes of `value`. `buffers`, a list of ArrayBuffers, are detached, and the list holds their numbers afterwards.
///
/// # Errors
/// If something cannot be cloned, or a buffer not be transferred; then none is.
#[op2(reentrant)]
pub(crate) fn op_skep_serialize<'s, 'i>(
    scope: &mut v8::PinScope<'s, 'i>,
    state: Rc<RefCell<OpState>>,
    value: v8::Local<'s, v8::Value>,
    listed: Option<v8::Local<'s, v8::Value>>,
    buffers: Option<v8::Local<'s, v8::Value>>,
    refused: Option<v8::Local<'s, v8::Value>>,
) -> Result<Uint8Array, JsErrorBox> {
    catch_panic("op_skep_serialize", 0, || {
        let refused = refused.map(|refused| refused.try_cast().map_err(|_| JsErrorBox::type_error("not a function"))).transpose()?;
        serialize(scope, &own(&state), value, list(listed)?, list(buffers)?, refused).map(Uint8Array::from)
    })?
}

fn serialize<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    transfers: &Rc<RefCell<Transfers>>,
    value: v8::Local<'s, v8::Value>,
    listed: Option<v8::Local<'s, v8::Array>>,
    buffers: Option<v8::Local<'s, v8::Array>>,
    refused: Option<v8::Local<'s, v8::Function>>,
) -> Result<Vec<u8>, JsErrorBox> {
    let objects = Objects { transfers: transfers.clone(), mark: mark(scope)?, listed, refused, readers: None };
    let serializer = v8::ValueSerializer::new(scope, Box::new(objects));
    serializer.write_header();
    let leaving = match buffers {
        Some(buffers) => transferable(scope, buffers)?,
        None => Vec::new(),
    };
    let mut numbers = Vec::with_capacity(leaving.len());
    for buffer in &leaving {
        let mut transfers = transfers.borrow_mut();
        let number = transfers.number();
        transfers.buffers.insert(number, buffer.get_backing_store());
        numbers.push(number);
        serializer.transfer_array_buffer(number, *buffer);
    }
    v8::tc_scope!(let scope, scope);
    let is_written = serializer.write_value(scope.get_current_context(), value) == Some(true);
    if !is_written || scope.has_caught() || scope.has_terminated() {
        for number in &numbers {
            transfers.borrow_mut().buffers.remove(number);
        }
        scope.rethrow();
        return Err(JsErrorBox::type_error("The value cannot be cloned"));
    }
    // V8 asks whether a buffer is detached before it looks whether it is transferred: they leave last.
    for (place, (buffer, number)) in (0..).zip(leaving.iter().zip(numbers)) {
        buffer.detach(None);
        let number = v8::Integer::new_from_unsigned(scope, number).into();
        buffers.and_then(|buffers| buffers.set_index(scope, place, number));
    }
    Ok(serializer.release())
}

/// The buffers of a list, if all of them can leave.
fn transferable<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    list: v8::Local<'s, v8::Array>,
) -> Result<Vec<v8::Local<'s, v8::ArrayBuffer>>, JsErrorBox> {
    let mut buffers = Vec::with_capacity(list.length() as usize);
    for place in 0..list.length() {
        let buffer = list.get_index(scope, place).and_then(|item| item.try_cast::<v8::ArrayBuffer>().ok());
        let buffer = buffer.ok_or_else(|| JsErrorBox::type_error("An item of the transfer list is no ArrayBuffer"))?;
        if buffer.was_detached() {
            return Err(JsErrorBox::new("DOMExceptionOperationError", format!("ArrayBuffer at index {place} is already detached")));
        }
        if !buffer.is_detachable() {
            return Err(JsErrorBox::type_error("An ArrayBuffer of the transfer list cannot be transferred"));
        }
        buffers.push(buffer);
    }
    Ok(buffers)
}

/// The value of `bytes`, which [`op_skep_serialize`] wrote in this isolate. `buffers` is the list of numbers that it left, and holds the
/// buffers afterwards.
///
/// # Errors
/// If the bytes are others, or an object of the host cannot be read.
#[op2(reentrant)]
pub(crate) fn op_skep_deserialize<'s, 'i>(
    scope: &mut v8::PinScope<'s, 'i>,
    state: Rc<RefCell<OpState>>,
    #[buffer] bytes: JsBuffer,
    listed: Option<v8::Local<'s, v8::Value>>,
    buffers: Option<v8::Local<'s, v8::Value>>,
    readers: Option<v8::Local<'s, v8::Object>>,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    catch_panic("op_skep_deserialize", 0, || deserialize(scope, &own(&state), &bytes, list(listed)?, list(buffers)?, readers))?
}

fn deserialize<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    transfers: &Rc<RefCell<Transfers>>,
    bytes: &[u8],
    listed: Option<v8::Local<'s, v8::Array>>,
    buffers: Option<v8::Local<'s, v8::Array>>,
    readers: Option<v8::Local<'s, v8::Object>>,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let unreadable = || JsErrorBox::range_error("The value cannot be read");
    let objects = Objects { transfers: transfers.clone(), mark: mark(scope)?, listed, refused: None, readers };
    let deserializer = v8::ValueDeserializer::new(scope, Box::new(objects), bytes);
    if deserializer.read_header(scope.get_current_context()) != Some(true) {
        return Err(unreadable());
    }
    for place in 0..buffers.map_or(0, |buffers| buffers.length()) {
        let Some(buffers) = buffers else { break };
        let number = buffers.get_index(scope, place).and_then(|number| number.uint32_value(scope)).ok_or_else(unreadable)?;
        let store = transfers.borrow_mut().buffers.remove(&number).ok_or_else(unreadable)?;
        let buffer = v8::ArrayBuffer::with_backing_store(scope, &store);
        deserializer.transfer_array_buffer(number, buffer);
        buffers.set_index(scope, place, buffer.into());
    }
    deserializer.read_value(scope.get_current_context()).ok_or_else(unreadable)
}

fn mark<'s>(scope: &mut v8::PinScope<'s, '_>) -> Result<v8::Local<'s, v8::Symbol>, JsErrorBox> {
    let name = v8::String::new(scope, MARK).ok_or_else(|| JsErrorBox::type_error("out of memory"))?;
    Ok(v8::Symbol::for_key(scope, name))
}
