//! State: Durable Objects with SQLite. One [`directory::Directory`] for all, one [`tenant::Tenant`] and sixteen
//! [`shard::Shard`]s a tenant.
//!
//! Each has one method, `call`, which takes a message and answers it in one turn and one transaction (`js/worker.js`): what
//! an operation writes is written together or not at all. The runtime holds an answer back until what was written before
//! it is durable (its output gate): who gets an answer can rely on it.
//!
//! A message is JSON, a line feed, and bytes that are no JSON.

pub mod directory;
pub mod shard;
pub mod sql;
pub mod tenant;

use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Promise, Uint8Array};
use worker::wasm_bindgen::prelude::*;
use worker::{ObjectNamespace, wasm_bindgen};

use crate::problem::{Outcome, Problem};

#[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
extern "C" {
    /// A stub of an object with the method `call`.
    #[wasm_bindgen(js_name = Object)]
    type Remote;
    #[wasm_bindgen(method, catch)]
    fn call(this: &Remote, message: Uint8Array) -> Result<Promise, JsValue>;
}

/// A Durable Object as `js/worker.js` knows it, over what the type has: `STEPS` of its database in its module, `open`, which
/// takes the database, and `answer`, which takes a message and gives the bytes of one.
macro_rules! object {
    ($name:ident) => {
        #[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
        impl $name {
            /// Opens its database.
            ///
            /// Errors: of the database.
            #[wasm_bindgen(constructor)]
            pub fn new(
                state: worker::worker_sys::DurableObjectState,
                _env: worker::Env,
            ) -> std::result::Result<Self, JsValue> {
                Ok(Self::open(Sql::open(&worker::State::from(state), &STEPS)?)?)
            }

            /// Answers one message.
            ///
            /// Errors: of the database.
            pub fn call(&self, bytes: Vec<u8>) -> std::result::Result<Vec<u8>, JsValue> {
                Ok(self.answer(&bytes)?)
            }
        }
    };
}
use object;

/// Puts a message together.
pub fn message(head: &impl Serialize, bytes: &[u8]) -> Vec<u8> {
    let mut out = serde_json::to_vec(head).unwrap_or_default();
    out.push(b'\n');
    out.extend_from_slice(bytes);
    out
}

/// Takes a message apart.
pub fn parse<'a, T: serde::Deserialize<'a>>(message: &'a [u8]) -> Option<(T, &'a [u8])> {
    let end = message.iter().position(|&byte| byte == b'\n')?;
    let (head, rest) = message.split_at(end);
    Some((serde_json::from_slice(head).ok()?, rest.get(1..)?))
}

/// Asks the object of that name.
///
/// Errors: an internal problem, whose cause is logged.
pub async fn ask<T: DeserializeOwned>(
    objects: &ObjectNamespace,
    name: &str,
    head: &impl Serialize,
    bytes: &[u8],
) -> Outcome<(T, Vec<u8>)> {
    let answer = raw(objects, name, &message(head, bytes)).await.map_err(|error| {
        crate::log::failure("store", &error.to_string());
        Problem::internal("store")
    })?;
    let (head, rest) = parse(&answer).ok_or_else(|| Problem::internal("store"))?;
    Ok((head, rest.to_vec()))
}

async fn raw(objects: &ObjectNamespace, name: &str, message: &[u8]) -> worker::Result<Vec<u8>> {
    let remote: Remote = objects.get_by_name(name)?.into_rpc();
    let answer = JsFuture::from(remote.call(Uint8Array::from(message))?).await?;
    Ok(Uint8Array::new(&answer).to_vec())
}
