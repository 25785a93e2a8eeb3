//! Why a message is refused: the codes and words of llhttp, which programs compare.
//!
//! Invariant: a fault has one number, which `HeadFault::of` reads back.

/// Defines the faults, each with its code and reason.
macro_rules! faults {
    ($($name:ident: $code:literal, $reason:literal;)+) => {
        /// What is wrong with a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum HeadFault {
            $(#[doc = $reason] $name,)+
        }

        impl HeadFault {
            const ALL: &[Self] = &[$(Self::$name),+];

            /// llhttp's code and reason.
            pub(super) const fn describe(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name => ($code, $reason),)+
                }
            }
        }
    };
}

faults! {
    State: "HPE_INTERNAL", "Unknown state";
    Protocol: "HPE_INVALID_CONSTANT", "Expected HTTP/, RTSP/ or ICE/";
    Major: "HPE_INVALID_VERSION", "Invalid major version";
    Dot: "HPE_INVALID_VERSION", "Expected dot";
    Minor: "HPE_INVALID_VERSION", "Invalid minor version";
    Version: "HPE_INVALID_VERSION", "Invalid HTTP version";
    SpaceAfterVersion: "HPE_INVALID_VERSION", "Expected space after version";
    LineAfterVersion: "HPE_INVALID_VERSION", "Expected CRLF after version";
    LineAfterVersionLf: "HPE_STRICT", "Expected CRLF after version";
    Status: "HPE_INVALID_STATUS", "Invalid status code";
    StatusLine: "HPE_INVALID_STATUS", "Invalid response status";
    StatusBareLf: "HPE_INVALID_STATUS", "Invalid response status";
    StatusLineCr: "HPE_CR_EXPECTED", "Missing expected CR after response line";
    StatusLineLf: "HPE_STRICT", "Expected LF after CR";
    Method: "HPE_INVALID_METHOD", "Invalid method encountered";
    SpaceAfterMethod: "HPE_INVALID_METHOD", "Expected space after method";
    UrlStart: "HPE_INVALID_URL", "Unexpected start char in url";
    Url: "HPE_INVALID_URL", "Invalid characters in url";
    SpaceAfterStart: "HPE_UNEXPECTED_SPACE", "Unexpected space after start line";
    HeadersEnd: "HPE_STRICT", "Expected LF after headers";
    FieldToken: "HPE_INVALID_HEADER_TOKEN", "Invalid header token";
    FieldChar: "HPE_INVALID_HEADER_TOKEN", "Invalid header field char";
    ValueChar: "HPE_INVALID_HEADER_TOKEN", "Invalid header value char";
    ValueStart: "HPE_INVALID_HEADER_TOKEN", "Invalid header value char";
    ValueFold: "HPE_INVALID_HEADER_TOKEN", "Unexpected whitespace after header value";
    ValueCr: "HPE_CR_EXPECTED", "Missing expected CR after header value";
    ValueLf: "HPE_LF_EXPECTED", "Missing expected LF after header value";
    ValueEmptyLf: "HPE_STRICT", "Expected LF after CR";
    LengthBesideEncoding: "HPE_INVALID_CONTENT_LENGTH", "Content-Length can't be present with Transfer-Encoding";
    EncodingBesideLength: "HPE_INVALID_TRANSFER_ENCODING", "Transfer-Encoding can't be present with Content-Length";
    LengthTwice: "HPE_UNEXPECTED_CONTENT_LENGTH", "Duplicate Content-Length";
    LengthEmpty: "HPE_INVALID_CONTENT_LENGTH", "Empty Content-Length";
    LengthChar: "HPE_INVALID_CONTENT_LENGTH", "Invalid character in Content-Length";
    LengthOverflow: "HPE_INVALID_CONTENT_LENGTH", "Content-Length overflow";
    Encoding: "HPE_INVALID_TRANSFER_ENCODING", "Invalid `Transfer-Encoding` header value";
    HeaderOverflow: "HPE_HEADER_OVERFLOW", "Header overflow";
    ChunkSize: "HPE_INVALID_CHUNK_SIZE", "Invalid character in chunk size";
    ChunkSizeSpace: "HPE_INVALID_CHUNK_SIZE", "Invalid character in chunk size";
    ChunkSizeOverflow: "HPE_INVALID_CHUNK_SIZE", "Chunk size overflow";
    ChunkSizeCr: "HPE_CR_EXPECTED", "Missing expected CR after chunk size";
    ChunkSizeLf: "HPE_STRICT", "Expected LF after chunk size";
    Extension: "HPE_STRICT", "Invalid character in chunk extensions";
    ExtensionName: "HPE_STRICT", "Invalid character in chunk extensions name";
    ExtensionNameCr: "HPE_CR_EXPECTED", "Missing expected CR after chunk extension name";
    ExtensionValue: "HPE_STRICT", "Invalid character in chunk extensions value";
    ExtensionValueCr: "HPE_CR_EXPECTED", "Missing expected CR after chunk extension value";
    ExtensionQuoted: "HPE_STRICT", "Invalid character in chunk extensions quoted value";
    ExtensionPair: "HPE_STRICT", "Invalid quoted-pair in chunk extensions quoted value";
    ExtensionQuoteEnd: "HPE_STRICT", "Invalid character in chunk extensions quote value";
    ExtensionOverflow: "HPE_CHUNK_EXTENSIONS_OVERFLOW", "Chunk extensions overflow";
    ChunkDataCr: "HPE_CR_EXPECTED", "Missing expected CR after chunk data";
    ChunkDataLf: "HPE_STRICT", "Expected LF after chunk data";
}

impl HeadFault {
    /// The fault of a number that `number` gave.
    pub(super) fn of(number: u32) -> Self {
        Self::ALL.get(number as usize).copied().unwrap_or(Self::State)
    }

    /// Whether the byte that shows the fault counts as parsed: `bytesParsed` of Node's errors says so.
    pub(super) const fn takes_byte(self) -> bool {
        matches!(
            self,
            Self::Version
                | Self::StatusBareLf
                | Self::StatusLineCr
                | Self::SpaceAfterStart
                | Self::FieldChar
                | Self::ValueStart
                | Self::LengthBesideEncoding
                | Self::EncodingBesideLength
                | Self::LengthOverflow
                | Self::Encoding
                | Self::ChunkSizeSpace
                | Self::ChunkSizeOverflow
                | Self::ChunkSizeCr
                | Self::Extension
                | Self::ExtensionPair
                | Self::ChunkDataCr
        )
    }

    pub(super) const fn number(self) -> u32 {
        self as u32
    }
}
