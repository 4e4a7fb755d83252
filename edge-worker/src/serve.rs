//! One request, from its route to its answer.

use std::cell::Cell;

use worker::Env;
use worker::worker_sys::web_sys::{Request, Response};

use crate::api::{self, Call};
use crate::auth::{self, Caller};
use crate::http::{Given, Incoming, Reply};
use crate::ids::is_tenant;
use crate::problem::{Code, Outcome, Problem};
use crate::route::{self, Access, Found, Route};
use crate::store::tenant::Kind;
use crate::{cache, log, metrics, rate};

/// Path of a request that found no route, in log and metrics.
const NOWHERE: &str = "none";

thread_local! {
    static COUNTER: Cell<(u64, u32)> = const { Cell::new((0, 0)) };
}

/// An id that no other request of this deployment is likely to have.
fn request_id() -> String {
    COUNTER.with(|counter| {
        let (mut isolate, mut number) = counter.get();
        if number == 0 {
            let random: Outcome<[u8; 8]> = crate::secrets::random();
            isolate = random.map_or(0, u64::from_be_bytes);
        }
        number = number.wrapping_add(1).max(1);
        counter.set((isolate, number));
        format!("{isolate:016x}-{number:08x}")
    })
}

/// What is known of a request when it is logged.
#[derive(Default)]
struct Seen {
    tenant: Option<String>,
    key: Option<String>,
    origin: Option<String>,
}

impl Seen {
    /// Whose request it is; of administration also by which key, and for which tenant.
    fn note(&mut self, caller: &Caller, access: Access, tenant: &str) {
        let administration = matches!(access, Access::Admin | Access::Operator);
        match caller {
            Caller::Tenant(known, key) => {
                self.tenant = Some(known.document.id.clone());
                self.key = administration.then(|| key.id.clone());
            }
            Caller::Operator => {
                // What stands in the path is logged only if it can be an id of a tenant.
                self.tenant = Some(tenant).filter(|id| administration && is_tenant(id)).map(str::to_owned);
                self.key = administration.then(|| "operator".to_owned());
            }
            Caller::Anyone => {}
        }
    }
}

/// Answers a request.
///
/// Errors: only if the runtime refuses the answer.
pub async fn serve(request: Request, env: Env) -> worker::Result<Response> {
    let start = worker::Date::now().as_millis();
    let incoming = Incoming::new(request);
    let found = route::find(&incoming.method, incoming.path());
    let (method, path) = match &found {
        Found::Route(route, _) => (route.method, route.path),
        _ => ("other", NOWHERE),
    };
    let mut seen = Seen::default();
    let outcome = match found {
        Found::Route(route, parts) => run(&incoming, &env, route, parts, start, &mut seen).await,
        Found::Methods(methods) => preflight(&incoming, methods),
        Found::Nothing => Err(Problem::new(Code::NotFound, "path", "there is no such route")),
    };
    let given = Given { id: request_id(), origin: seen.origin, start };
    let code = outcome.as_ref().err().map(Problem::stable);
    let reply = outcome.unwrap_or_else(|problem| Reply::problem(&problem, &given.id));
    let ms = worker::Date::now().as_millis().saturating_sub(start);
    metrics::request(method, path, reply.status, ms);
    log::request(&log::Request {
        id: &given.id,
        method,
        route: path,
        tenant: seen.tenant.as_deref(),
        key: seen.key.as_deref(),
        status: reply.status,
        code,
        ms,
    });
    reply.into_response(&given)
}

async fn run(
    incoming: &Incoming,
    env: &Env,
    route: &'static Route,
    parts: route::Parts<'_>,
    now: u64,
    seen: &mut Seen,
) -> Outcome<Reply> {
    let anyone = || route.for_pages().then(|| "*".to_owned()).filter(|_| incoming.header("origin").is_some());
    let caller = match route.access {
        Access::Open => Caller::Anyone,
        Access::Keyed if incoming.header("authorization").is_none() => Caller::Anyone,
        _ => {
            let bindings = cache::bindings(env)?;
            let caller = auth::caller(&bindings, incoming.header("authorization").as_deref(), now).await;
            // Any page may read that its key is none: it tells nothing of a tenant, also not whether there is one.
            caller.inspect_err(|_| seen.origin = anyone())?
        }
    };
    let [tenant, _] = parts;
    seen.note(&caller, route.access, tenant);
    if matches!(caller, Caller::Anyone) {
        seen.origin = anyone();
    }
    if let Caller::Tenant(known, key) = &caller {
        if let Some(origin) = incoming.header("origin") {
            // A key in a page that the tenant does not know is a key that was taken.
            if !known.document.settings.origins.contains(&origin) {
                return Err(Problem::new(Code::Origin, "Origin", "it is not one of the tenant's origins"));
            }
            seen.origin = Some(origin);
        }
        let rate = &known.document.settings.rate;
        let limit = match key.kind {
            Kind::Publishable => rate.publishable_per_minute,
            Kind::Secret => rate.key_per_minute,
        };
        rate::count(&known.document.id, &key.id, limit, now)?;
    }
    auth::permit(&caller, route.access, tenant)?;
    let body = incoming.body(route.body).await?;
    // After the body: a slow one must not make the rest of the request old.
    let now = if body.is_empty() { now } else { worker::Date::now().as_millis() };
    api::handle(route.endpoint, Call { incoming, env, caller: &caller, parts, body, now }).await
}

/// What a browser asks before it sends a page's request. It cannot say yet whose key it will send: whether the origin may read
/// the answer is decided with the request itself, by the tenant of its key.
fn preflight(incoming: &Incoming, methods: String) -> Outcome<Reply> {
    let asked = incoming.header("access-control-request-method").filter(|_| incoming.method == "OPTIONS");
    let for_pages = asked.is_some_and(|method| match route::find(&method, incoming.path()) {
        Found::Route(route, _) => route.for_pages(),
        _ => false,
    });
    let Some(origin) = incoming.header("origin").filter(|_| for_pages) else {
        let problem = Problem::new(Code::Method, "method", format!("the route has {methods}"));
        return Err(Problem { allow: Some(methods), ..problem });
    };
    Ok(Reply::bytes(204, "text/plain", Vec::new())
        .with("access-control-allow-origin", origin)
        .with("access-control-allow-methods", methods)
        .with("access-control-allow-headers", "authorization, content-type, idempotency-key")
        .with("access-control-max-age", "600")
        .with("vary", "Origin"))
}
