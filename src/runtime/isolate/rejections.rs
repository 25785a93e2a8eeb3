//! Promises that are rejected and not handled: V8 tells of each, the event loop reports those that stay so.
//!
//! In the place of deno_core's own callback. deno_core hands rejections to its JavaScript in an array that has no elements yet: setters of a
//! function on `Object.prototype` would get them, and a rejection inside of such a setter would end the process. Here they are arguments of a
//! call, made by a task of the event loop. `js-prelude/core/errors.js` has the functions that are called.
//!
//! Invariant: no code of a function runs while the list is borrowed, and no panic leaves V8's callback.
#![allow(unsafe_code, reason = "a callback of V8")]

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use deno_core::{JsRuntime, V8TaskSpawner, v8};

use super::entry::ReportFunctions;
use crate::runtime::ops::catch_panic_or;

struct Rejections {
    functions: ReportFunctions,
    spawner: V8TaskSpawner,
    waiting: VecDeque<Rejection>,
}

struct Rejection {
    promise: v8::Global<v8::Promise>,
    reason: v8::Global<v8::Value>,
    /// One for all that follow one another in the same call.
    context: Rc<v8::Global<v8::Value>>,
    is_handled: bool,
}

thread_local! {
    /// Of the isolate of this thread.
    static REJECTIONS: RefCell<Option<Rejections>> = const { RefCell::new(None) };
}

/// The isolate of the calling thread reports from now on.
pub(super) fn attach(js: &mut JsRuntime, functions: ReportFunctions) {
    let spawner = js.op_state().borrow().borrow::<V8TaskSpawner>().clone();
    REJECTIONS.set(Some(Rejections { functions, spawner, waiting: VecDeque::new() }));
    js.v8_isolate().set_promise_reject_callback(on_rejection);
}

/// Before the isolate ends.
pub(super) fn forget() {
    drop(REJECTIONS.take());
}

extern "C" fn on_rejection(message: v8::PromiseRejectMessage) {
    catch_panic_or("a promise rejection", (), || {
        v8::callback_scope!(unsafe scope, &message);
        let promise = v8::Global::new(scope, message.get_promise());
        match message.get_event() {
            v8::PromiseRejectEvent::PromiseRejectWithNoHandler => {
                let reason = message.get_value().unwrap_or_else(|| v8::undefined(scope).into());
                let context = scope.get_continuation_preserved_embedder_data();
                let (reason, context) = (v8::Global::new(scope, reason), v8::Global::new(scope, context));
                enter(promise, reason, context, false);
            }
            v8::PromiseRejectEvent::PromiseHandlerAddedAfterReject => {
                if !take_back(&promise) {
                    let reason = message.get_promise().result(scope);
                    let context = scope.get_continuation_preserved_embedder_data();
                    let (reason, context) = (v8::Global::new(scope, reason), v8::Global::new(scope, context));
                    enter(promise, reason, context, true);
                }
            }
            v8::PromiseRejectEvent::PromiseRejectAfterResolved | v8::PromiseRejectEvent::PromiseResolveAfterResolved => {}
        }
    });
}

/// The first of several has the event loop report them all.
fn enter(promise: v8::Global<v8::Promise>, reason: v8::Global<v8::Value>, context: v8::Global<v8::Value>, is_handled: bool) {
    REJECTIONS.with_borrow_mut(|rejections| {
        let Some(rejections) = rejections else { return };
        let last = rejections.waiting.back();
        let context = match last.filter(|last| *last.context == context) {
            Some(last) => last.context.clone(),
            None => Rc::new(context),
        };
        if rejections.waiting.is_empty() {
            rejections.spawner.spawn(report);
        }
        rejections.waiting.push_back(Rejection { promise, reason, context, is_handled });
    });
}

/// A promise is handled after all, before it was reported. The last ones come first: most are handled soon.
fn take_back(promise: &v8::Global<v8::Promise>) -> bool {
    REJECTIONS.with_borrow_mut(|rejections| {
        let waiting = rejections.as_mut().map(|rejections| &mut rejections.waiting);
        let found = waiting.and_then(|waiting| {
            let at = waiting.iter().rposition(|known| !known.is_handled && known.promise == *promise)?;
            waiting.remove(at)
        });
        found.is_some()
    })
}

/// Calls the functions of the prelude. Rejections that happen meanwhile have a task of their own.
fn report(scope: &mut v8::PinScope<'_, '_>) {
    let taken = REJECTIONS.with_borrow_mut(|rejections| {
        let rejections = rejections.as_mut()?;
        let functions = &rejections.functions;
        let functions = (v8::Local::new(scope, &functions.unhandled), v8::Local::new(scope, &functions.handled));
        Some((std::mem::take(&mut rejections.waiting), functions))
    });
    let Some((waiting, (unhandled, handled))) = taken else { return };
    for rejection in waiting {
        // The handles of one are given back before the next: there may be a million.
        v8::scope!(let scope, scope);
        v8::tc_scope!(let scope, scope);
        let promise = v8::Local::new(scope, rejection.promise).into();
        let reason = v8::Local::new(scope, rejection.reason);
        let context = v8::Local::new(scope, &*rejection.context);
        let receiver = v8::undefined(scope).into();
        let function = if rejection.is_handled { handled } else { unhandled };
        // It catches everything itself; what still comes out is a termination, which the event loop checks for.
        function.call(scope, receiver, &[promise, reason, context]);
        if scope.has_terminated() {
            return;
        }
        if scope.has_caught() {
            scope.reset();
        }
    }
}
