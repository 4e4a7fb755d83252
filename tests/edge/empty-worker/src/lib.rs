//! A Rust worker that does nothing but answer, or write one small row in a Durable Object: what the runtime itself costs.
//!
//! | route | does |
//! |---|---|
//! | `/write` | one row in the SQLite of a Durable Object, one of sixteen in turn; answers when it is durable |
//! | any other | answers |

#![allow(missing_docs, reason = "the macros of `worker` make items without them")]

use std::cell::Cell;

use worker::{
    Context, DurableObject, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State, durable_object,
    event,
};

/// As many as the edge worker has for a tenant.
const SHARDS: u32 = 16;

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, _: Context) -> Result<Response> {
    if request.path() != "/write" {
        return Response::ok("{}");
    }
    let shard = NEXT.replace((NEXT.get() + 1) % SHARDS);
    let stub = env.durable_object("SHARDS")?.get_by_name(&shard.to_string())?;
    stub.fetch_with_str("http://shard/").await
}

/// Writes a row a request.
#[durable_object]
pub struct Shard {
    sql: SqlStorage,
}

impl DurableObject for Shard {
    fn new(state: State, _: Env) -> Self {
        let sql = state.storage().sql();
        // A failure shows in the first write.
        let _ = sql.exec("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, value TEXT NOT NULL)", None);
        Self { sql }
    }

    async fn fetch(&self, _: Request) -> Result<Response> {
        let value = SqlStorageValue::String("a small row".to_owned());
        self.sql.exec("INSERT INTO row (value) VALUES (?)", vec![value])?;
        Response::ok("{}")
    }
}
