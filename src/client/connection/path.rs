//! Paths and queries of requests to the admin API.
//!
//! Invariant: a text from the command line enters a path only as a checked name, and a query only escaped.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;

use crate::client::error::RemoteError;
use crate::function::FunctionName;

/// The name of a function. A text that is not one is not sent.
pub(in crate::client) fn function_name(text: &str) -> Result<FunctionName, RemoteError> {
    FunctionName::parse(text).map_err(|error| RemoteError::Usage(error.to_string()))
}

/// The path of a function in the API.
pub(in crate::client) fn function_path(name: &str, rest: &str) -> Result<String, RemoteError> {
    Ok(format!("/functions/{}{rest}", function_name(name)?))
}

/// The parameters as a query with its question mark; nothing if there is none. A parameter that is null is left out.
pub(in crate::client) fn query(parameters: &impl Serialize) -> Result<String, RemoteError> {
    let unwritable = |error: serde_json::Error| RemoteError::Local(format!("cannot write the query: {error}"));
    let Value::Object(parameters) = serde_json::to_value(parameters).map_err(unwritable)? else { return Ok(String::new()) };
    let pairs = parameters.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", utf8_percent_encode(&text, NON_ALPHANUMERIC))
    });
    let pairs = pairs.collect::<Vec<_>>().join("&");
    Ok(if pairs.is_empty() { pairs } else { format!("?{pairs}") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::order::DeployQuery;
    use crate::config::ExitCode;

    #[test]
    fn a_text_that_is_not_a_name_is_never_sent() {
        assert_eq!(function_path("a", "/versions").unwrap(), "/functions/a/versions");
        for wrong in ["../tokens", "a/b", "", "A"] {
            assert_eq!(function_path(wrong, "").unwrap_err().exit_code(), ExitCode::Usage, "{wrong}");
        }
    }

    #[test]
    fn parameters_are_escaped_and_those_that_are_not_given_left_out() {
        let parameters =
            DeployQuery { wait: false, canary: Some(12.5), sticky: Some("cookie:id".to_owned()), note: Some("a&b é".to_owned()) };
        assert_eq!(query(&parameters).unwrap(), "?canary=12%2E5&sticky=cookie%3Aid&note=a%26b%20%C3%A9");
        assert_eq!(query(&DeployQuery::default()).unwrap(), "");
    }
}
