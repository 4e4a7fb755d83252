//! A Rust worker that does nothing but answer, or write one small row in a Durable Object: what the runtime itself costs.
//!
//! | route | does |
//! |---|---|
//! | `/write` | one row in the SQLite of a Durable Object, one of sixteen in turn; answers when it is durable |
//! | `/read` | reads the body, answers |
//! | any other | answers |
//!
//! It reaches its Durable Objects as the edge worker does: by one call of bytes, inside a transaction.

use std::cell::Cell;

use wasm_bindgen::prelude::*;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Promise, Uint8Array};
use worker::worker_sys::DurableObjectState;
use worker::{Context, Env, Request, Response, Result, SqlStorage, SqlStorageValue, State, event};

/// As many as the edge worker has for a tenant.
const SHARDS: u32 = 16;

thread_local! {
    static NEXT: Cell<u32> = const { Cell::new(0) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Object)]
    type Remote;
    #[wasm_bindgen(method, catch)]
    fn call(this: &Remote, message: Uint8Array) -> std::result::Result<Promise, JsValue>;
}

#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _: Context) -> Result<Response> {
    if request.path() == "/read" {
        request.bytes().await?;
        return Response::ok("{}");
    }
    if request.path() != "/write" {
        return Response::ok("{}");
    }
    let shard = NEXT.get();
    NEXT.set((shard + 1) % SHARDS);
    let remote: Remote = env.durable_object("SHARD")?.get_by_name(&shard.to_string())?.into_rpc();
    JsFuture::from(remote.call(Uint8Array::from(&b"a small row"[..]))?).await?;
    Response::ok("{}")
}

/// Writes a row a call.
#[wasm_bindgen]
pub struct Shard {
    sql: SqlStorage,
}

#[wasm_bindgen]
impl Shard {
    /// Makes the table.
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState) -> std::result::Result<Shard, JsValue> {
        let sql = State::from(state).storage().sql();
        sql.exec("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, value BLOB NOT NULL)", None)?;
        Ok(Self { sql })
    }

    /// Writes the message.
    pub fn call(&self, message: Vec<u8>) -> std::result::Result<Vec<u8>, JsValue> {
        self.sql.exec("INSERT INTO row (value) VALUES (?)", vec![SqlStorageValue::Blob(message)])?;
        Ok(Vec::new())
    }
}
