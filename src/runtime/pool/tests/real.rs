//! Real instances. Only one test of a process may run JavaScript, so this one has a process of its own.

use super::*;
use crate::runtime::fleet;
use crate::runtime::isolate::{code_cache, init_v8};

#[test]
fn real_instances_are_warmed_recycled_drained_and_cut() {
    const ALONE: &str = "SKEP_TEST_ALONE";
    if std::env::var_os(ALONE).is_none() {
        let name = "runtime::pool::tests::real::real_instances_are_warmed_recycled_drained_and_cut";
        let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
        let output = alone.args(["--exact", name, "--nocapture"]).env(ALONE, "1").output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "{told}{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    init_v8();
    let host = Arc::new(RecordingListener(Semaphore::new(0)));
    let fleet = fleet::start(config(16), host.clone()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(60), recycle_for_real(&fleet)).await.expect("in time");
        tokio::time::timeout(Duration::from_secs(60), cut_for_real(&fleet, &host)).await.expect("in time");
        tokio::time::timeout(Duration::from_secs(60), keep_code_for_real(&fleet)).await.expect("in time");
    });
}

async fn text(pool: &Arc<Pool>) -> Result<String, Kind> {
    match pool.clone().call(request(Method::GET), Body::Empty).await.reply {
        Ok(Response { body: Body::Full(text), .. }) => Ok(String::from_utf8(text.to_vec()).unwrap()),
        Ok(response) => panic!("{response:?}"),
        Err(fault) => Err(fault.kind()),
    }
}

async fn recycle_for_real(fleet: &Arc<Fleet>) {
    let counter =
        "let calls = 0; export default () => { const until = Date.now() + 5; while (Date.now() < until); return String(++calls); };\n";
    let pool = Pool::with_scale(version(counter), scale(0, 4, 8), fleet.clone());
    assert_eq!(pool.warm(2).await.unwrap(), 2);
    assert_eq!((text(&pool).await, text(&pool).await), (Ok("1".to_owned()), Ok("2".to_owned())));
    let used = pool.instances().remove(0);
    assert_eq!((used.requests, used.state, used.in_flight), (2, InstanceState::Ready, 0));
    assert!(used.cpu >= Duration::from_millis(5) && used.heap_bytes > 0, "{used:?}");
    assert!(pool.recycle(used.id));
    assert_eq!(text(&pool).await, Ok("1".to_owned()), "the other one");
    pool.retire();
    pool.drained().await;
}

async fn cut_for_real(fleet: &Arc<Fleet>, host: &RecordingListener) {
    let source = "export default () => { console.log('begun'); return new Promise((answer) => setTimeout(answer, 600_000)); };\n";
    let pool = Pool::with_scale(version(source), scale(0, 1, 2), fleet.clone());
    pool.boot_one().await.unwrap();
    // Two that the function has, one that waits, and the one that cuts.
    let (first, second, waits, cut) = tokio::join!(text(&pool), text(&pool), text(&pool), async {
        pool.retire();
        host.0.acquire_many(2).await.expect("open").forget();
        pool.cut()
    });
    assert_eq!((first, second, waits, cut), (Err(Kind::Draining), Err(Kind::Draining), Err(Kind::Draining), 3));
    pool.drained().await;
    assert_eq!(text(&pool).await, Err(Kind::Draining));
}

/// The kept code of an ECMAScript module has the functions in it that have run.
async fn keep_code_for_real(fleet: &Arc<Fleet>) {
    let mut kept = Vec::new();
    for last in ["list();", "list;  "] {
        let list =
            "const list = () => { const all = []; for (let i = 0; i < 3; i++) all.push({ i, text: `${i} of ${all}` }); return all; };";
        let version = version(&format!("{list}\nexport default () => 'called';\n{last}\n"));
        let pool = Pool::with_scale(version.clone(), scale(0, 1, 2), fleet.clone());
        pool.boot_one().await.unwrap();
        kept.push(code_cache::code_of(&version).iter().map(|(_, _, code)| code.len()).sum::<usize>());
        assert_eq!(text(&pool).await, Ok("called".to_owned()));
        pool.retire();
        pool.drained().await;
    }
    assert!(kept[0] > kept[1] + 100 && kept[1] > 0, "{kept:?}");
}
