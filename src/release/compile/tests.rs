//! tests
use super::*;
#[test]
#[ignore]
fn probe() {
    let pattern = std::env::var("PAT").unwrap();
    let n: usize = std::env::var("N").unwrap().parse().unwrap();
    let stack: usize = std::env::var("STACK").unwrap().parse().unwrap();
    let ext = std::env::var("EXT").unwrap_or("ts".into());
    let parts: Vec<&str> = pattern.split('@').collect();
    let text = format!("{}{}{}{}{}", parts[0], parts[1].repeat(n), parts[2], parts[3].repeat(n), parts[4]);
    std::thread::Builder::new().stack_size(stack << 20).spawn(move || {
        let url = deno_ast::ModuleSpecifier::parse(&format!("file:///a.{ext}")).unwrap();
        let t = std::time::Instant::now();
        let out = transpile::transpile(&url, transpile::media_type(&ext).unwrap(), text.into(), &transpile::Style::default());
        eprintln!("{} {:?}", match out { Ok(_) => "ok".to_string(), Err(e) => format!("{:?}", e[0]) }, t.elapsed());
    }).unwrap().join().unwrap();
}
