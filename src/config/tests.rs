//! Tests of the whole way from arguments, environment and file to a `Config`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file::RawFile;
use super::line::clap_command;
use super::*;
use crate::function::Level;

fn read(args: &[&str]) -> CommandLine {
    CommandLine::read([&["skep"], args].concat()).unwrap()
}

fn refused(args: &[&str]) -> String {
    CommandLine::read([&["skep"], args].concat()).unwrap_err().to_string()
}

/// The configuration that flags and a file together yield.
fn config(args: &[&str], file: &str) -> Result<Config, ConfigError> {
    resolve::resolve(&read(args), RawFile::parse(Path::new("skep.toml"), file)?)
}

#[test]
fn the_description_of_the_flags_is_consistent() {
    clap_command().debug_assert();
}

#[test]
fn every_setting_has_a_variable_of_its_own_name_a_default_and_a_meaning() {
    for arg in clap_command().get_arguments().filter(|arg| arg.is_global_set()) {
        let id = arg.get_id().as_str();
        assert_eq!(arg.get_long(), Some(id.replace('_', "-").as_str()));
        assert_eq!(arg.get_env().and_then(|env| env.to_str()), Some(format!("SKEP_{}", id.to_uppercase()).as_str()));
        assert!(!arg.get_default_values().is_empty(), "{id} shows no default");
        assert!(arg.get_help().is_some() && arg.get_help_heading().is_some(), "{id} is not explained");
    }
}

#[test]
fn the_table_of_flags_has_a_line_for_each_setting() {
    let table = flag_table();
    assert!(table.contains("| `--warm N` | `SKEP_WARM` | `2` | Isolates kept prewarmed"), "{table}");
    assert_eq!(table.lines().count(), 2 + 37, "{table}");
    assert!(table.lines().all(|line| line.matches(" | ").count() == 3 || line.starts_with("|---")), "{table}");
}

#[test]
fn without_arguments_skep_serves_this_machine_alone() {
    let config = config(&[], "").unwrap();
    assert_eq!(config.mode, Mode::Serve);
    assert_eq!((config.functions.as_path(), config.state.as_path()), (Path::new("functions"), Path::new(".skep")));
    assert_eq!((config.listen.to_string().as_str(), config.admin.to_string().as_str()), ("127.0.0.1:8000", "127.0.0.1:8001"));
    assert_eq!(config.ingress.max_header_bytes, 32 * 1024);
    assert_eq!(config.pool.boot_cpu, Duration::from_secs(1));
    assert_eq!(config.compile, CompileConfig { memory_bytes: 512 << 20, cpu: Duration::from_secs(10) });
    assert!(!config.ingress.trust_proxy);
    let log = LogConfig {
        level: Level::Info,
        format: LogFormat::Json,
        stderr: LogStderr::All,
        folder: Some(Path::new(".skep/logs").to_owned()),
        days: 7,
        function_bytes: 64 << 20,
        total_bytes: 2048 << 20,
    };
    assert_eq!(config.log, log);
}

#[test]
fn dev_logs_for_people_unless_told_otherwise() {
    assert_eq!(config(&["dev"], "").unwrap().log.format, LogFormat::Pretty);
    assert_eq!(config(&["dev", "--log-format=json"], "").unwrap().log.format, LogFormat::Json);
    assert_eq!(config(&["dev"], "").unwrap().mode, Mode::Dev);
}

#[test]
fn lines_are_kept_in_the_state_directory_unless_told_otherwise() {
    let folder = |args: &[&str], file: &str| config(args, file).unwrap().log.folder;
    assert_eq!(folder(&["--state=/s"], ""), Some("/s/logs".into()));
    assert_eq!(folder(&[], "logs = 'elsewhere'").map(|folder| folder.ends_with("elsewhere")), Some(true));
    assert_eq!((folder(&["dev"], ""), folder(&["--logs=none"], "logs = '/l'")), (None, None));
    assert_eq!(folder(&["dev", "--logs=/l"], ""), Some("/l".into()));
    assert!(config(&["--logs-days=0"], "").unwrap_err().to_string().contains("logs-days"));
    assert_eq!(config(&["--log-stderr=host"], "").unwrap().log.stderr, LogStderr::Host);
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let file = "warm = 7\ntrust_proxy = true\nlisten = 'localhost:1'\nthreads = 3";
    let from_file = config(&[], file).unwrap();
    assert_eq!((from_file.pool.warm, from_file.ingress.threads.get()), (7, 3));
    assert!(from_file.ingress.trust_proxy);
    let from_both = config(&["--warm", "2", "--trust-proxy=false"], file).unwrap();
    // The flag says what the default says, and still counts.
    assert_eq!(from_both.pool.warm, 2);
    assert!(!from_both.ingress.trust_proxy);
    assert_eq!(from_both.listen.to_string(), "127.0.0.1:1");
    assert!(config(&["--trust-proxy"], "").unwrap().ingress.trust_proxy);
}

#[test]
fn a_variable_wins_over_the_file_and_a_flag_over_the_variable() {
    // Tests cannot set variables safely, so the setting is bound to one that cargo sets.
    let set = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    let command = || clap_command().mut_arg("functions", |arg| arg.env("CARGO_MANIFEST_DIR"));
    let file = || RawFile { functions: Some("from-file".into()), ..RawFile::default() };
    let functions = |args: &[&str]| {
        let line = CommandLine::read_with(command(), args.iter().copied()).unwrap();
        resolve::resolve(&line, file()).unwrap().functions
    };
    assert_eq!(functions(&["skep", "serve"]), PathBuf::from(set));
    assert_eq!(functions(&["skep", "serve", "--functions", "flag"]), PathBuf::from("flag"));
}

#[test]
fn a_wrong_variable_is_named() {
    let command = || clap_command().mut_arg("warm", |arg| arg.env("CARGO_MANIFEST_DIR"));
    let error = CommandLine::read_with(command(), ["skep", "dev"]).unwrap_err().to_string();
    assert!(error.contains("the environment variable CARGO_MANIFEST_DIR"), "{error}");
    let error = CommandLine::read_with(command(), ["skep", "--warm=x"]).unwrap_err().to_string();
    assert!(!error.contains("environment"), "{error}");
}

#[test]
fn settings_may_stand_before_and_after_the_command() {
    for args in [["--warm", "9", "serve"], ["serve", "--warm", "9"]] {
        assert_eq!(config(&args, "warm = 3").unwrap().pool.warm, 9);
    }
}

#[test]
fn a_number_out_of_range_is_refused_by_the_name_it_was_set_by() {
    let error = config(&["--header-timeout-s=0"], "").unwrap_err();
    assert_eq!(error.to_string(), "--header-timeout-s is 0, but must be from 1 to 3600");
    assert_eq!(error.exit_code(), ExitCode::Usage);
    let error = config(&[], "max_header_kb = 9999").unwrap_err();
    assert_eq!(error.to_string(), "`max_header_kb` in the configuration file is 9999, but must be from 8 to 1024");
    assert_eq!(error.exit_code(), ExitCode::Config);
    let error = config(&["--warm=5"], "max_instances = 4").unwrap_err().to_string();
    assert!(error.starts_with("--warm is above `max_instances` in the configuration file"), "{error}");
}

#[test]
fn functions_and_operators_need_an_address_each() {
    let error = config(&["--listen=127.0.0.1:8001"], "").unwrap_err().to_string();
    assert_eq!(error, "--listen and --admin are both 127.0.0.1:8001: give each a port of its own");
    assert!(config(&["--listen=127.0.0.1:0", "--admin=127.0.0.1:0"], "").is_ok());
}

#[test]
fn a_grant_that_is_empty_or_contradicts_another_is_refused() {
    let of = |grants: &str| config(&["--listen=127.0.0.1:8000", "--admin=127.0.0.1:8001"], grants);
    let granted = of("[[grant]]\nfunctions = ['b', 'a', 'b']\nhosts = ['A.example']\nports = [9000]").unwrap().grants;
    assert_eq!(granted[0].functions.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((granted[0].hosts[0].to_string().as_str(), granted[0].ports.as_slice()), ("a.example", &[9000][..]));
    for (grants, number, why) in [
        ("[[grant]]\nhosts = ['a.example']", 1, "names no function"),
        ("[[grant]]\nfunctions = ['a']", 1, "grants nothing"),
        ("[[grant]]\nfunctions = ['a']\nprefixes = ['/a/*']", 1, "`/a/*`"),
        ("[[grant]]\nfunctions = ['a']\nprefixes = ['/:a']", 1, "`/:a`"),
        ("[[grant]]\nfunctions = ['a']\nports = [0]", 1, "port 0"),
        ("[[grant]]\nfunctions = ['a']\nports = [8000]", 1, "--listen"),
        ("[[grant]]\nfunctions = ['a']\nports = [8001]", 1, "--admin"),
        ("[[grant]]\nfunctions = ['a']\nhosts = ['x.y']\n[[grant]]\nfunctions = ['b']\nhosts = ['X.y']", 2, "the host `x.y`"),
        ("[[grant]]\nfunctions = ['a']\nprefixes = ['/x']\n[[grant]]\nfunctions = ['b']\nprefixes = ['/x']", 2, "the path `/x`"),
        ("[[grant]]\nfunctions = ['a']\nports = [1]\n[[grant]]\nfunctions = ['a', 'b']\nports = [1]", 2, "the port `1`"),
    ] {
        let error = of(grants).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&format!("`[[grant]]` number {number} ")) && text.contains(why), "{grants}: {text}");
        assert_eq!(error.exit_code(), ExitCode::Config);
    }
    assert!(of("[[grant]]\nfunctions = ['a']\nports = [1]\n[[grant]]\nfunctions = ['a']\nhosts = ['x']\nports = [1]").is_ok());
}

#[test]
fn misspelt_commands_and_flags_are_answered_with_the_nearest() {
    assert!(refused(&["sevre"]).contains("'serve'"), "{}", refused(&["sevre"]));
    assert!(refused(&["--lisen", "x"]).contains("'--listen'"), "{}", refused(&["--lisen", "x"]));
    assert!(refused(&["--log-level", "inf"]).contains("'info'"));
    assert!(refused(&["--listen", ":80"]).contains("0.0.0.0:80"));
}

#[test]
fn help_shows_examples_and_only_what_the_command_heeds() {
    let help = refused(&["--help"]);
    assert!(help.lines().all(|line| line.len() <= 100), "{help}");
    for part in ["Examples:", "[env: SKEP_LISTEN]", "[default: 127.0.0.1:8000]", "skep new hello"] {
        assert!(help.contains(part), "{part} is missing in {help}");
    }
    let help = refused(&["new", "--help"]);
    assert!(help.contains("--functions") && !help.contains("--listen") && !help.contains("--warm"), "{help}");
    assert!(refused(&["check", "--help"]).contains("--boot-cpu-ms"));
}

#[test]
fn commands_carry_their_arguments() {
    let Command::New(new) = read(&["new", "hello"]).command else { panic!() };
    assert_eq!((new.name.as_deref(), new.template.as_str()), (Some("hello"), "typescript"));
    assert!(refused(&["new"]).contains("<NAME>"), "{}", refused(&["new"]));
    assert!(matches!(read(&["new", "--list-templates", "--json"]).command, Command::New(NewArgs { name: None, json: true, .. })));
    let Command::Check(check) = read(&["check", "a", "b", "--json"]).command else { panic!() };
    assert_eq!((check.names.len(), check.json), (2, true));
    let args = ["invoke", "hello", "/x?y", "--method", "PUT", "--header", "a:b", "--header", "c: d", "--data", "-"];
    let Command::Invoke(invoke) = read(&args).command else { panic!() };
    assert_eq!((invoke.path.as_str(), invoke.method, invoke.data), ("/x?y", Some(http::Method::PUT), Some(Payload::Stdin)));
    assert_eq!(invoke.headers.len(), 2);
}

#[test]
fn remote_commands_carry_their_arguments_and_show_only_what_they_heed() {
    let Command::Remote(RemoteCommand::Deploy(deploy)) = read(&["deploy", "a", "b", "--group", "--canary", "5"]).command else { panic!() };
    assert_eq!((deploy.sources.len(), deploy.group, deploy.canary.map(Percent::value)), (2, true, Some(5.0)));
    assert!(refused(&["deploy", "a", "--sticky", "cookie:id"]).contains("--canary"));
    assert!(refused(&["canary", "a", "5", "--promote"]).contains("cannot be used with"));
    assert!(refused(&["canary", "a"]).contains("--promote"));
    assert!(refused(&["releases", "--cancel"]).contains("[ID]") || refused(&["releases", "--cancel"]).contains("<ID>"));
    let Command::Remote(RemoteCommand::Env(env)) = read(&["env", "a", "A=1", "B-"]).command else { panic!() };
    assert_eq!((env.changes.len(), env.changes[1].value.as_deref()), (2, None));
    for (command, heeded, silent) in [("deploy", "--admin", "--state"), ("logs", "--to", "--log-level"), ("token", "--state", "--admin")] {
        let help = refused(&[command, "--help"]);
        assert!(help.contains(heeded) && !help.contains(silent) && !help.contains("--warm"), "{command}: {help}");
    }
}

#[test]
fn exit_codes_differ() {
    let codes: std::collections::BTreeSet<u8> = ExitCode::ALL.iter().map(|code| code.code()).collect();
    assert_eq!(codes.len(), ExitCode::ALL.len());
    assert_eq!(ExitCode::Internal.code(), 70);
}
