//! tests
use super::*;
#[test]
#[ignore]
fn probe() {
    for line in std::fs::read_to_string("/tmp/pats").unwrap().lines() {
        for ext in ["ts", "js", "tsx"] {
            let parts: Vec<&str> = line.split('@').collect();
            let mut n: usize = 900;
            let mut last = String::new();
            loop {
                let text = format!("{}{}{}{}{}", parts[0], parts[1].repeat(n), parts[2], parts[3].repeat(n), parts[4]).replace("\\n", "\n");
                if text.len() > 12 << 20 || n > 60000 { println!("{ext} {line}: last {last}; END of sizes"); break; }
                let url = deno_ast::ModuleSpecifier::parse(&format!("file:///a.{ext}")).unwrap();
                let t = std::time::Instant::now();
                let ext2 = ext.to_string();
                eprintln!("{ext} {line} {n}");
                let Some(out) = nesting::on_stack(nesting::STACK_BYTES, move || transpile::transpile(&url, transpile::media_type(&ext2).unwrap(), text.into(), &transpile::Style::default()).map(|_| ()).map_err(|e| format!("{:?}", e[0].fact))) else { println!("{line} PANIC"); break };
                let d = t.elapsed();
                match out {
                    Ok(_) => { last = format!("ok n={n} {d:?}"); }
                    Err(e) => { println!("{ext} {line}: last {last}; at n={n} {e} after {d:?}"); break; }
                }
                if d.as_secs() > 4 { println!("{ext} {line}: SLOW {last}"); break; }
                n = n * 11 / 10;
            }
        }
    }
}
