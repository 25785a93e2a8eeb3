//! Groups: functions that become live together, or not at all.
//!
//! Invariant: between the two states of a group no call sees a mixture once the first new answer was given.

use serde_json::{Value, json};

use super::*;

fn group(number: u32, check_of_second: &str) -> Vec<(String, String)> {
    vec![
        ("_lib/version.js".to_owned(), format!("export const version = 'v{number}';\n")),
        ("one/index.js".to_owned(), "import { version } from '../_lib/version.js';\nexport default () => `one ${version}`;\n".to_owned()),
        (
            "two/index.js".to_owned(),
            format!("import {{ version }} from '../_lib/version.js';\nexport default () => `two ${{version}}`;\n{check_of_second}"),
        ),
    ]
}

fn deploy_number(skep: &Skep, number: u32, check_of_second: &str) -> Value {
    let files = group(number, check_of_second);
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    deploy_group(skep, &files)
}

fn both(skep: &Skep) -> [String; 2] {
    [call(skep, "one"), call(skep, "two")]
}

#[test]
fn a_group_with_shared_code_becomes_live_together_or_not_at_all() {
    let skep = alone(Project::empty());
    let first = deploy_number(&skep, 1, "");
    assert_eq!(first["status"], "done", "{first:#}");
    let names: Vec<_> = first["functions"].as_array().unwrap().iter().map(|function| function["function"].as_str().unwrap()).collect();
    assert_eq!(names, ["one", "two"]);
    assert_eq!(both(&skep), ["one v1", "two v1"]);
    let stored_before = (stored(&skep, "one"), stored(&skep, "two"));

    for (what, broken, at) in [
        ("the check of the second fails", "export const check = () => false;", "checked"),
        ("the second does not load", "throw new Error('no luck');", "booted"),
        ("the second does not compile", "export const", "compiled"),
    ] {
        let record = deploy_number(&skep, 2, broken);
        assert_eq!(record["status"], "undone", "{what}: {record:#}");
        assert_eq!((&record["failure"]["function"], &record["failure"]["step"]), (&json!("two"), &json!(at)), "{what}");
        assert_eq!(both(&skep), ["one v1", "two v1"], "{what}");
        assert_eq!((stored(&skep, "one"), stored(&skep, "two")), stored_before, "{what}");
        is_sound(&skep);
    }

    assert_eq!(deploy_number(&skep, 3, "")["status"], "done");
    assert_eq!(both(&skep), ["one v3", "two v3"]);
    // What did not change is not replaced, and shared code that changed is a change of whoever imports it.
    let third = deploy_number(&skep, 3, "export const check = () => true;");
    assert_eq!((&third["status"], &third["unchanged"]), (&json!("done"), &json!(false)));
    assert_eq!(step(&third, "published")["state"], "skipped", "`one` is as it was: {third:#}");
}

#[test]
fn a_caller_that_has_seen_one_new_answer_of_a_group_sees_no_old_one_of_the_other() {
    let skep = alone(Project::empty());
    deploy_number(&skep, 0, "");
    let number = |text: &str| text.rsplit_once('v').and_then(|(_, number)| number.parse::<u32>().ok()).expect("a version");
    std::thread::scope(|scope| {
        let caller = scope.spawn(|| {
            // `one` is asked first: whatever it says, `two` must be at least as new.
            let mut mixtures = Vec::new();
            loop {
                let [one, two] = both(&skep);
                if number(&two) < number(&one) {
                    mixtures.push((one.clone(), two));
                }
                if number(&one) == 10 {
                    return mixtures;
                }
            }
        });
        let deployed: Vec<Value> = (1..=10).map(|next| deploy_number(&skep, next, "")["status"].clone()).collect();
        assert_eq!(deployed, vec![json!("done"); 10]);
        assert_eq!(caller.join().expect("a caller that ends"), []);
    });
}

#[test]
fn a_group_with_a_function_of_the_folder_in_it_is_refused_whole() {
    let skep = alone(Project::new(
        "
        //- /two/index.js
        export default () => 'folder';
    ",
    ));
    let files: BTreeMap<String, String> = group(1, "").into_iter().collect();
    refused(&skep, &with_json("POST", "/api/v1/releases?wait=true", &json!({ "files": files })), 409);
    assert_eq!(skep.get("/one").fault(), Some("no_such_function"));
    assert_eq!(call(&skep, "two"), "folder");
}
