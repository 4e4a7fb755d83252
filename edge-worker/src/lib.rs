//! The Scorelet edge worker: it opens what a device has sealed, finishes the score with the lender's other data, and keeps
//! nothing that it need not.
//!
//! | module | what |
//! |---|---|
//! | [`serve`] | one request, from its route to its answer; [`route`]: the table of routes |
//! | [`api`] | a handler for each route; [`problem`]: how they refuse |
//! | [`auth`], [`rate`] | who asks, what they may, how often |
//! | [`challenge`], [`secrets`] | nonces; keys that are derived and never stored |
//! | [`store`] | Durable Objects: directory, tenants, shards |
//! | [`cache`] | what an isolate keeps of them |
//! | [`http`], [`log`], [`metrics`] | what goes over the wire, into the log, to Prometheus |
//!
//! The same module runs on Cloudflare and on plain workerd; `docs/deploy.md` says how. `openapi.json` describes the API.

#![allow(
    clippy::result_large_err,
    reason = "a problem is made once, for a request that is refused: a box would save nothing that counts"
)]

pub mod api;
pub mod auth;
pub mod cache;
pub mod challenge;
pub mod http;
pub mod ids;
pub mod log;
pub mod metrics;
pub mod problem;
pub mod rate;
pub mod route;
pub mod secrets;
pub mod serve;
pub mod settings;
pub mod store;
pub mod text;

use worker::worker_sys::web_sys::{Request, Response};
use worker::{Context, Env, ScheduleContext, ScheduledEvent, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> worker::Result<Response> {
    serve::serve(request, env).await
}

#[event(scheduled)]
async fn scheduled(_event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    if let Err(problem) = api::purge_all(&env, worker::Date::now().as_millis()).await {
        log::failure("purge", problem.stable());
    }
}
