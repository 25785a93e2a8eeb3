//! Packages from npm, unmodified, against real servers: what is promised of Node functions, held by the clients that people use.
//!
//! Each folder of `tests/packages/functions` really uses one package; `tests/packages/expected` says what is sent to it and what node
//! answers. One Skep serves them all, beside PostgreSQL, redis, MariaDB, NATS and small servers of node: see [`world`].
//! What is not installed skips the tests that need it, by name; where `CI` is set it fails them. `tests/packages/README.md` tells more.
//!
//! Invariant: an expected answer was given by node, and is compared whole.

mod exchange;
mod isolation;
mod moving;
mod npm;
mod server;
mod world;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use server::Need::{self, MariaDb, Nats, Node, Postgres, Prisma, Redis};
use world::World;

/// One test per package, named like its folder, and the list of them.
macro_rules! packages {
    ($($test:ident $folder:literal [$($need:ident),*];)*) => {
        const FOLDERS: &[&str] = &[$($folder),*];
        $(#[test] fn $test() { answers_as_node_does($folder, &[$($need),*]); })*
    };
}

packages! {
    ajv "ajv" [];
    amqplib "amqplib" [];
    apollo_server "apollo-server" [];
    archiver "archiver" [];
    aws_s3 "aws-s3" [];
    axios "axios" [];
    bcryptjs "bcryptjs" [];
    cheerio "cheerio" [];
    connect "connect" [];
    csv_parse "csv-parse" [];
    date_fns "date-fns" [];
    dialect_app "dialect-app" [];
    dialect_fission "dialect-fission" [];
    dialect_kubeless "dialect-kubeless" [];
    dialect_node "dialect-node" [];
    dotenv "dotenv" [];
    drizzle "drizzle" [Postgres];
    ejs "ejs" [];
    elasticsearch "elasticsearch" [];
    exceljs "exceljs" [];
    express "express" [];
    express4 "express4" [];
    fastify "fastify" [];
    formidable "formidable" [];
    gcf_event "gcf-event" [];
    gcf_http "gcf-http" [];
    got "got" [];
    graphql "graphql" [];
    handlebars "handlebars" [];
    hapi "hapi" [];
    hono_lambda "hono-lambda" [];
    hono_lambda_stream "hono-lambda-stream" [];
    hono_lambda_v1 "hono-lambda-v1" [];
    ioredis "ioredis" [Redis];
    joi "joi" [];
    jose "jose" [];
    jsonwebtoken "jsonwebtoken" [];
    jszip "jszip" [];
    kafkajs "kafkajs" [];
    knex "knex" [Postgres];
    koa "koa" [];
    kysely "kysely" [Postgres];
    lodash "lodash" [];
    marked "marked" [];
    middleware "middleware" [];
    middy "middy" [];
    middy_stream "middy-stream" [];
    middy_v1 "middy-v1" [];
    mongodb "mongodb" [];
    multer "multer" [];
    mysql2 "mysql2" [MariaDb];
    nats "nats" [Nats];
    nest "nest" [];
    node_fetch "node-fetch" [];
    nodemailer "nodemailer" [];
    openai "openai" [];
    passport "passport" [];
    pdf_lib "pdf-lib" [];
    pg "pg" [Postgres];
    pino "pino" [];
    polka "polka" [];
    postgres "postgres" [Postgres];
    prisma "prisma" [Postgres, Prisma];
    redis "redis" [Redis];
    sanitize_html "sanitize-html" [];
    sequelize "sequelize" [Postgres];
    serverless_http "serverless-http" [];
    serverless_http_alb "serverless-http-alb" [];
    socket_io_client "socket-io-client" [];
    stripe "stripe" [];
    typeorm "typeorm" [Postgres];
    undici "undici" [];
    uuid "uuid" [];
    winston "winston" [];
    ws "ws" [];
    xlsx "xlsx" [];
    yup "yup" [];
    zod "zod" [];
}

fn answers_as_node_does(folder: &str, needs: &[Need]) {
    if let Some(world) = World::with(folder, needs) {
        exchange::compare(&world, folder);
    }
}

#[test]
fn every_folder_has_a_test_and_an_expected_answer() {
    let folders: BTreeSet<String> = names_in(&data("functions"));
    let tested: BTreeSet<String> = FOLDERS.iter().chain(isolation::FOLDERS).chain(REFUSED).map(|name| (*name).to_owned()).collect();
    assert_eq!(folders, tested);
    let answered: BTreeSet<String> = FOLDERS.iter().map(|name| format!("{name}.json")).collect();
    assert_eq!(names_in(&data("expected")), answered);
}

/// Functions whose packages are native add-ons.
const REFUSED: &[&str] = &["bcrypt", "sharp"];

#[test]
fn native_add_ons_are_refused_with_their_reason() {
    let Some(world) = World::with("native add-ons", &[Node]) else { return };
    // Of sharp the reason is today that its library, which it asks for by `require.resolve` alone, is no text.
    for (name, reason) in
        [("bcrypt", "loads a native add-on, which would run outside of the function's limits"), ("sharp", "node_modules/@img/sharp-")]
    {
        let answer = world.skep.get(&format!("/{name}"));
        assert_eq!((answer.status, answer.fault()), (503, Some("boot_failed")), "{answer}");
        world.skep.wait_for_line(&[name, reason]);
    }
}

/// The table of what was run names every package that is here.
#[test]
fn the_table_of_packages_is_whole() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("functions/README.md")).expect("the README of functions");
    let (_, table) = readme.split_once("#### Packages that were run").expect("the table's heading");
    let table = table.split_once("\n#").map_or(table, |(table, _)| table);
    let listed = |name: &&&str| table.contains(&format!("[{name}](../tests/packages/functions/{name})"));
    let absent: Vec<_> = FOLDERS.iter().chain(REFUSED).filter(|name| !listed(name)).collect();
    assert!(absent.is_empty(), "functions/README.md does not list {absent:?}");
}

/// A folder of `tests/packages`.
fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packages").join(name)
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned()).collect()
}
