//! tests
use super::*;
#[test]
#[ignore]
fn probe() {
    let pats = std::fs::read_to_string("/tmp/pats").unwrap();
    let only = std::env::var("EXT").unwrap_or("ts".into());
    for line in pats.lines() {
        for ext in only.split(',') {
            let parts: Vec<&str> = line.split('@').collect();
            let mut n = 700usize;
            let mut last = String::new();
            loop {
                let text = format!("{}{}{}{}{}", parts[0], parts[1].repeat(n), parts[2], parts[3].repeat(n), parts[4]).replace("\\n", "\n");
                let len = text.len();
                if len > 12 << 20 {
                    println!("{ext} {line}: last {last}; END of sizes");
                    break;
                }
                let url = deno_ast::ModuleSpecifier::parse(&format!("file:///a.{ext}")).unwrap();
                let t = std::time::Instant::now();
                eprint!("{ext} {line} {n} ...\r");
                let ext2 = ext.to_string();
                let out = nesting::on_stack(nesting::STACK_BYTES, move || {
                    transpile::transpile(&url, transpile::media_type(&ext2).unwrap(), text.into(), &transpile::Style::default())
                        .map(|_| ())
                        .map_err(|e| format!("{:?}", e[0].fact))
                })
                .unwrap();
                let d = t.elapsed();
                match out {
                    Ok(_) => {
                        last = format!("ok n={n} {d:?}");
                    }
                    Err(e) => {
                        println!("{ext} {line}: last {last}; at n={n} {e} after {d:?}");
                        break;
                    }
                }
                if d.as_secs() > 40 {
                    println!("{ext} {line}: SLOW {last}");
                    break;
                }
                n = n * 14 / 10;
            }
        }
    }
}
