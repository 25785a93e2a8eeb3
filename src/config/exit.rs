//! Exit codes of the process, for the shell or the supervisor that started it.
//!
//! Chosen by `command`, `client` and `app`; returned by `main` and nowhere else.
//!
//! Invariant: a code, once published, keeps its meaning; scripts rely on it.

/// Why the process exited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything asked for was done.
    Ok = 0,
    /// A function failed: an invocation ended in a fault, or a check found one that does not load.
    FunctionFault = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The configuration file or an environment variable is wrong.
    Config = 3,
    /// An address could not be bound.
    Bind = 4,
    /// The functions directory cannot be read or written.
    Functions = 5,
    /// Requests were still in flight when the time to drain was over.
    DrainTimeout = 6,
    /// The state directory cannot be used, or another Skep uses it.
    State = 7,
    /// A release was undone, cancelled or superseded.
    Undone = 8,
    /// The server rejected the request, did not answer, or is not a Skep.
    Server = 9,
    /// A bug in Skep itself.
    Internal = 70,
    /// Ctrl-C while a command waited.
    Interrupted = 130,
}

impl ExitCode {
    /// Every code, in ascending order.
    pub const ALL: &[ExitCode] = &[
        Self::Ok,
        Self::FunctionFault,
        Self::Usage,
        Self::Config,
        Self::Bind,
        Self::Functions,
        Self::DrainTimeout,
        Self::State,
        Self::Undone,
        Self::Server,
        Self::Internal,
        Self::Interrupted,
    ];

    /// The number the operating system sees.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        code.code().into()
    }
}
