//! The Scorelet edge worker.

use worker::wasm_bindgen::prelude::*;
use worker::{Env, Request, Response, event};
use worker::worker_sys::DurableObjectState;
use worker::js_sys::{Promise, Uint8Array};
use worker::js_sys::futures::JsFuture;

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
extern "C" {
    #[wasm_bindgen(js_name = Object)]
    type Remote;
    #[wasm_bindgen(method, catch)]
    fn call(this: &Remote, message: Uint8Array) -> Result<Promise, JsValue>;
}

#[event(fetch, respond_with_errors)]
async fn fetch(request: Request, env: Env, _context: worker::Context) -> worker::Result<Response> {
    if request.path() == "/do" {
        let stub = env.durable_object("SHARD")?.get_by_name("a")?;
        let remote: Remote = stub.into_rpc();
        let answer = JsFuture::from(remote.call(Uint8Array::from(&b"hello"[..]))?).await?;
        return Response::from_bytes(Uint8Array::from(answer).to_vec());
    }
    Response::ok("{}")
}

#[event(scheduled)]
async fn scheduled(_event: worker::ScheduledEvent, _env: Env, _context: worker::ScheduleContext) {
}

/// Shard.
#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
#[derive(Debug)]
pub struct Shard {
    state: worker::State,
}

#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
impl Shard {
    #[wasm_bindgen(constructor)]
    pub fn new(state: DurableObjectState, _env: Env) -> Self {
        let state = worker::State::from(state);
        state.storage().sql().exec("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, v TEXT)", None).unwrap();
        Self { state }
    }

    pub fn call(&self, bytes: Vec<u8>) -> Result<Vec<u8>, JsValue> {
        let sql = self.state.storage().sql();
        sql.exec("INSERT INTO t (v) VALUES (?)", vec![String::from_utf8(bytes).unwrap().into()]).map_err(JsValue::from)?;
        Ok(b"{}".to_vec())
    }
}

/// x
#[wasm_bindgen(wasm_bindgen = worker::wasm_bindgen)]
pub fn engine_abi() -> u32 {
    scorelet_core::abi::raw::ABI_VERSION
}
