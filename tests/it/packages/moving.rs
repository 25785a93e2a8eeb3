//! The page "Moving a Node service to Skep": its service, as it stands there, against a real PostgreSQL.
//!
//! A fenced block with `file=` in its first line is a file of the service.
//!
//! Invariant: nothing of the service is changed but the address of the database.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::server::{Need, PASSWORD, Variables};
use super::world::World;
use crate::support::Request;

/// The name of the function.
pub const NAME: &str = "orders";

/// Writes the service's files into `folder`.
pub fn write(folder: &Path, variables: &Variables) {
    let of = |wanted: &str| variables.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value);
    for (name, text) in files() {
        let file = folder.join(&name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder to write to");
        let text = text
            .replace(
                "orders:secret@localhost:5432/shop",
                &format!("{}:{PASSWORD}@localhost:{}/{}", of("PGUSER"), of("PGPORT"), of("PGDATABASE")),
            )
            .replace("localhost:5432", &format!("localhost:{}", of("PGPORT")));
        // For a debug build on a machine that does other things too.
        let limits = if name == "function.toml" { "\n[limits]\ncpu_ms = 30000\n" } else { "" };
        fs::write(file, text + limits).expect("a file of the service");
    }
}

/// The files that the page shows: path and text.
fn files() -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("functions/moving-a-node-service.md");
    let page = fs::read_to_string(page).expect("the page");
    let mut files = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some((fence, name)) = line.split_once("file=") else { continue };
        let indent = fence.len() - fence.trim_start().len();
        let block = lines.by_ref().take_while(|line| line.trim() != "```");
        let text: String = block.map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect();
        files.push((name.trim().to_owned(), text));
    }
    files
}

#[test]
fn the_service_of_the_page_on_moving_works_unchanged() {
    let Some(world) = World::with("moving a service", &[Need::Postgres]) else { return };
    assert_eq!(world.skep.get("/orders").text(), "orders");
    let post = |body: &str| world.skep.send(&Request::post("/orders/orders", body).header("content-type", "application/json"));
    let made = post(r#"{"customer":"ada","total":12.5}"#);
    assert_eq!(made.status, 201, "{made}");
    let order = made.json();
    assert_eq!((&order["customer"], &order["total"]), (&json!("ada"), &json!(12.5)));
    assert_eq!(world.skep.get(&format!("/orders/orders/{}", order["id"])).json(), order);
    assert_eq!(post(r#"{"customer":7}"#).status, 400);
    assert_eq!(world.skep.get("/orders/orders/0").status, 404);
    world.skep.wait_for_line(&["an order", "orders"]);
}
