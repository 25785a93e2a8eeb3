//! How deno_permissions reads the addresses of its lists: as it always does, but for IPv6 networks, which its own reader cannot tell from ports.
//!
//! Used by `egress` when an instance gets its function.
//!
//! Invariant: only network descriptors are read here; everything else is deno's own reader.

use std::borrow::Cow;
use std::path::Path;

use deno_permissions::{
    AllowRunDescriptorParseResult, DenyRunDescriptor, EnvDescriptor, EnvDescriptorParseError, FfiDescriptor, Host, ImportDescriptor,
    NetDescriptor, NetDescriptorParseError, PathQueryDescriptor, PathResolveError, PermissionDescriptorParser, ReadDescriptor,
    RunDescriptorParseError, RunQueryDescriptor, RuntimePermissionDescriptorParser, SpecialFilePathQueryDescriptor, SysDescriptor,
    SysDescriptorParseError, WriteDescriptor,
};
use ipnet::IpNet;
use sys_traits::impls::RealSys;

/// The reader of permission descriptors.
#[derive(Debug)]
pub(super) struct Descriptors(RuntimePermissionDescriptorParser<RealSys>);

impl Default for Descriptors {
    fn default() -> Self {
        Self(RuntimePermissionDescriptorParser::new(RealSys))
    }
}

impl PermissionDescriptorParser for Descriptors {
    fn parse_net_descriptor(&self, text: &str) -> Result<NetDescriptor, NetDescriptorParseError> {
        match text.parse::<IpNet>() {
            Ok(network) => Ok(NetDescriptor(Host::IpSubnet(network), None)),
            Err(_) => self.0.parse_net_descriptor(text),
        }
    }

    fn parse_read_descriptor(&self, text: &str) -> Result<ReadDescriptor, PathResolveError> {
        self.0.parse_read_descriptor(text)
    }

    fn parse_write_descriptor(&self, text: &str) -> Result<WriteDescriptor, PathResolveError> {
        self.0.parse_write_descriptor(text)
    }

    fn parse_import_descriptor(&self, text: &str) -> Result<ImportDescriptor, NetDescriptorParseError> {
        self.0.parse_import_descriptor(text)
    }

    fn parse_env_descriptor(&self, text: &str) -> Result<EnvDescriptor, EnvDescriptorParseError> {
        self.0.parse_env_descriptor(text)
    }

    fn parse_sys_descriptor(&self, text: &str) -> Result<SysDescriptor, SysDescriptorParseError> {
        self.0.parse_sys_descriptor(text)
    }

    fn parse_allow_run_descriptor(&self, text: &str) -> Result<AllowRunDescriptorParseResult, RunDescriptorParseError> {
        self.0.parse_allow_run_descriptor(text)
    }

    fn parse_deny_run_descriptor(&self, text: &str) -> Result<DenyRunDescriptor, PathResolveError> {
        self.0.parse_deny_run_descriptor(text)
    }

    fn parse_ffi_descriptor(&self, text: &str) -> Result<FfiDescriptor, PathResolveError> {
        self.0.parse_ffi_descriptor(text)
    }

    fn parse_path_query<'a>(&self, path: Cow<'a, Path>) -> Result<PathQueryDescriptor<'a>, PathResolveError> {
        self.0.parse_path_query(path)
    }

    fn parse_special_file_descriptor<'a>(
        &self,
        path: PathQueryDescriptor<'a>,
    ) -> Result<SpecialFilePathQueryDescriptor<'a>, PathResolveError> {
        self.0.parse_special_file_descriptor(path)
    }

    fn parse_net_query(&self, text: &str) -> Result<NetDescriptor, NetDescriptorParseError> {
        self.0.parse_net_query(text)
    }

    fn parse_run_query<'a>(&self, requested: &'a str) -> Result<RunQueryDescriptor<'a>, RunDescriptorParseError> {
        self.0.parse_run_query(requested)
    }
}
