//! TLS for `node:tls`: machines of bytes, by number.
//!
//! `js-prelude/node/tls/wrap.js` carries bytes between a machine and any stream, so that TLS works over sockets, over tunnels and over
//! streams of the function's own. `config` reads the options, `machine` runs rustls, `trust` judges the certificate of the peer, and `names`
//! has the words that Node uses.
//!
//! Invariant: a machine knows no socket and no JavaScript; plaintext goes through it only after its peer has been judged.

mod machine;
mod config;
mod names;
mod trust;

use std::collections::HashMap;
use std::sync::Arc;

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::super::catch_panic;
use config::{Configs, Options};
use machine::{Info, Machine};

/// Machines of an instance: twice as many as it may have sockets, for tunnels through others.
const MACHINES_MAX: usize = 64;
/// Certificates and keys of all machines together, those that share options counted once.
const CERTIFICATE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest key material that is exported.
const EXPORT_BYTES_MAX: u32 = 4096;
/// Longest label of key material, and its longest context.
const LABEL_BYTES_MAX: usize = 200;
const CONTEXT_BYTES_MAX: usize = 16 * 1024;

/// The machines of one instance.
#[derive(Default)]
struct Machines {
    configs: Configs,
    last: u32,
    running: HashMap<u32, Machine>,
}

impl Machines {
    fn of(state: &mut OpState) -> &mut Self {
        if !state.has::<Self>() {
            state.put(Self::default());
        }
        state.borrow_mut::<Self>()
    }

    /// Whether one more may run.
    fn admit(&self, machine: &Machine) -> Result<(), JsErrorBox> {
        if self.running.len() >= MACHINES_MAX {
            return Err(JsErrorBox::generic(format!("EMFILE {MACHINES_MAX} TLS connections are open: close some of them first")));
        }
        let mut options: Vec<_> = self.running.values().chain([machine]).map(Machine::prepared).collect();
        options.sort_by_key(|options| Arc::as_ptr(options));
        options.dedup_by(|one, other| Arc::ptr_eq(one, other));
        if options.iter().map(|options| options.bytes).sum::<usize>() > CERTIFICATE_BYTES_MAX {
            let reason = "the certificates of all TLS connections are too large: share one `ca`, or a secure context";
            return Err(JsErrorBox::generic(format!("EMFILE {reason}")));
        }
        Ok(())
    }

    fn machine(state: &mut OpState, id: u32) -> Result<&mut Machine, JsErrorBox> {
        Self::of(state).running.get_mut(&id).ok_or_else(|| JsErrorBox::generic("ERR_TLS_INVALID_STATE the connection is closed"))
    }
}

/// Reads the options, and starts a machine with them: returns its number. With a `name` of `None` the options are only read.
///
/// `flags`: 1 for TLS 1.2, 2 for TLS 1.3, 4 if Mozilla's roots are trusted beside `ca`. `identity`: certificates and their key. `alpn`: the
/// protocols, each behind its length.
#[op2]
#[smi]
pub(in crate::runtime::ops) fn op_skep_tls_open(
    state: &mut OpState,
    #[string] name: Option<String>,
    #[smi] flags: u32,
    #[string] ca: &str,
    #[string] identity: &str,
    #[string] ciphers: &str,
    #[buffer] alpn: &[u8],
) -> Result<u32, JsErrorBox> {
    let machines = Machines::of(state);
    let options = Options { roots: flags & 4 != 0, ca, identity, ciphers, versions: flags & 3 };
    let machine = catch_panic("op_skep_tls_open", 0, || {
        let prepared = machines.configs.find(&options)?;
        name.map(|name| Machine::start(prepared, &name, alpn)).transpose()
    })??;
    let Some(machine) = machine else { return Ok(0) };
    machines.admit(&machine)?;
    machines.last = machines.last.wrapping_add(1) & 0x3fff_ffff;
    while machines.last == 0 || machines.running.contains_key(&machines.last) {
        machines.last = machines.last.wrapping_add(1) & 0x3fff_ffff;
    }
    machines.running.insert(machines.last, machine);
    Ok(machines.last)
}

/// Gives a machine what the peer sent, from `offset` on, and takes plaintext from it, as far as `output` has room.
///
/// `counts` gets the bytes that were taken, those that were given, and those that wait. Returns the status: see `machine::Status`.
#[op2(nofast)]
#[smi]
pub(in crate::runtime::ops) fn op_skep_tls_pull(
    state: &mut OpState,
    #[smi] id: u32,
    #[buffer] input: &[u8],
    #[smi] offset: u32,
    #[buffer] output: &mut [u8],
    #[buffer] counts: &mut [u32],
) -> Result<u32, JsErrorBox> {
    let machine = Machines::machine(state, id)?;
    let input = input.get(offset as usize..).unwrap_or_default();
    catch_panic("op_skep_tls_pull", 0, || {
        let pulled = machine.pull(input, output);
        for (to, from) in counts.iter_mut().zip([pulled.consumed, pulled.written, pulled.waiting]) {
            *to = u32::try_from(from).unwrap_or(u32::MAX);
        }
        machine.status() as u32
    })
}

/// Encrypts plaintext, from `offset` on, as far as there is room: returns how many bytes. Nothing: says goodbye to the peer.
#[op2(nofast)]
#[smi]
pub(in crate::runtime::ops) fn op_skep_tls_push(
    state: &mut OpState,
    #[smi] id: u32,
    #[buffer] bytes: &[u8],
    #[smi] offset: u32,
) -> Result<i32, JsErrorBox> {
    let machine = Machines::machine(state, id)?;
    let bytes = bytes.get(offset as usize..).unwrap_or_default();
    catch_panic("op_skep_tls_push", 0, || machine.push(bytes).map_or(-1, |count| i32::try_from(count).unwrap_or(i32::MAX)))
}

/// Writes what is for the peer into `output`: returns how many bytes.
#[op2(nofast)]
#[smi]
pub(in crate::runtime::ops) fn op_skep_tls_take(
    state: &mut OpState,
    #[smi] id: u32,
    #[buffer] output: &mut [u8],
) -> Result<u32, JsErrorBox> {
    let machine = Machines::machine(state, id)?;
    catch_panic("op_skep_tls_take", 0, || u32::try_from(machine.take(output)).unwrap_or(u32::MAX))
}

/// What was agreed on, how the peer was judged, and why the machine failed.
#[op2]
#[serde]
pub(in crate::runtime::ops) fn op_skep_tls_info(state: &mut OpState, #[smi] id: u32) -> Result<Info, JsErrorBox> {
    Ok(Machines::machine(state, id)?.info())
}

/// A certificate that the peer sent, or one of Mozilla's roots if `id` is 0; empty beyond the last.
#[op2]
#[buffer]
pub(in crate::runtime::ops) fn op_skep_tls_certificate(
    state: &mut OpState,
    #[smi] id: u32,
    #[smi] index: u32,
) -> Result<Vec<u8>, JsErrorBox> {
    let index = index as usize;
    if id == 0 {
        return Ok(webpki_root_certs::TLS_SERVER_ROOT_CERTS.get(index).map(|root| root.to_vec()).unwrap_or_default());
    }
    Ok(Machines::machine(state, id)?.certificate(index))
}

/// Key material of the session (RFC 5705).
#[op2]
#[buffer]
pub(in crate::runtime::ops) fn op_skep_tls_export(
    state: &mut OpState,
    #[smi] id: u32,
    #[smi] length: u32,
    #[string] label: &str,
    #[buffer] context: Option<&[u8]>,
) -> Result<Vec<u8>, JsErrorBox> {
    let machine = Machines::machine(state, id)?;
    // rustls panics on what does not fit into its fields.
    if length > EXPORT_BYTES_MAX || label.len() > LABEL_BYTES_MAX || context.is_some_and(|context| context.len() > CONTEXT_BYTES_MAX) {
        let reason = format!("length is at most {EXPORT_BYTES_MAX}, label {LABEL_BYTES_MAX} bytes, context {CONTEXT_BYTES_MAX}");
        return Err(JsErrorBox::range_error(format!("ERR_OUT_OF_RANGE {reason}")));
    }
    catch_panic("op_skep_tls_export", 0, || machine.export(length as usize, label, context))?
}

/// Ends a machine. Nothing happens to one that is not known.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_tls_close(state: &mut OpState, #[smi] id: u32) {
    Machines::of(state).running.remove(&id);
}
