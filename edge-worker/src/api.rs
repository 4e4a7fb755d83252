//! The API: one handler an endpoint.

mod audit;
mod bundle;
mod bundles;
mod challenge;
mod decide;
mod erase;
mod export;
mod feedback;
mod keys;
mod ops;
mod parse;
mod purge;
mod tenants;

use std::rc::Rc;

pub use purge::purge_all;
use serde::Serialize;
use worker::Env;

use crate::auth::{Caller, KeyOf};
use crate::cache::{Bindings, Known};
use crate::http::{Incoming, Reply};
use crate::problem::{Code, Outcome, Problem};
use crate::route::{Endpoint, Parts};
use crate::store::{self, shard};

/// A request that may be carried out.
#[derive(Debug)]
pub struct Call<'a> {
    /// The request.
    pub incoming: &'a Incoming,
    /// Bindings; the worker may not be set up.
    pub env: &'a Env,
    /// Who asks.
    pub caller: &'a Caller,
    /// What stands in the braces of the path.
    pub parts: Parts<'a>,
    /// The body.
    pub body: Vec<u8>,
    /// When, ms.
    pub now: u64,
}

impl Call<'_> {
    fn bindings(&self) -> Outcome<Rc<Bindings>> {
        crate::cache::bindings(self.env)
    }

    /// The tenant that asks.
    fn tenant(&self) -> Outcome<(&Rc<Known>, &KeyOf)> {
        match self.caller {
            Caller::Tenant(known, key) => Ok((known, key)),
            _ => Err(Problem::new(Code::Forbidden, "Authorization", "a tenant's key is needed")),
        }
    }

    fn first(&self) -> &str {
        let [first, _] = self.parts;
        first
    }
}

/// Carries out a request.
///
/// Errors: whatever refuses it.
pub async fn handle(endpoint: Endpoint, call: Call<'_>) -> Outcome<Reply> {
    match endpoint {
        Endpoint::Decide => decide::decide(&call).await,
        Endpoint::Challenge => challenge::challenge(&call).await,
        Endpoint::Bundle => bundle::bundle(&call).await,
        Endpoint::Decision => decide::read(&call).await,
        Endpoint::Audit => audit::audit(&call).await,
        Endpoint::Feedback => feedback::feedback(&call).await,
        Endpoint::Export => export::export(&call).await,
        Endpoint::Erase => erase::erase(&call).await,
        Endpoint::CreateTenant => tenants::create(&call).await,
        Endpoint::Tenants => tenants::all(&call).await,
        Endpoint::Tenant => tenants::one(&call).await,
        Endpoint::Configure => tenants::configure(&call).await,
        Endpoint::CreateKey => keys::create(&call).await,
        Endpoint::Keys => keys::all(&call).await,
        Endpoint::RotateKey => keys::rotate(&call).await,
        Endpoint::RevokeKey => keys::revoke(&call).await,
        Endpoint::RotateEdgeKey => keys::rotate_edge(&call).await,
        Endpoint::Upload => bundles::upload(&call).await,
        Endpoint::Bundles => bundles::all(&call).await,
        Endpoint::Activate => bundles::activate(&call).await,
        Endpoint::RollBack => bundles::roll_back(&call).await,
        Endpoint::Purge => purge::purge(&call).await,
        Endpoint::Health => ops::health(&call),
        Endpoint::Version => Ok(ops::version(&call)),
        Endpoint::Metrics => Ok(ops::metrics()),
        Endpoint::OpenApi => Ok(ops::open_api()),
    }
}

/// Asks a shard of a tenant.
async fn ask_shard<T: serde::de::DeserializeOwned>(
    bindings: &Bindings,
    known: &Known,
    shard: u8,
    ask: &(impl Serialize + ?Sized),
    bytes: &[u8],
) -> Outcome<(T, Vec<u8>)> {
    let name = known.shards.get(usize::from(shard)).ok_or_else(|| Problem::internal("shard"))?;
    store::ask(&bindings.shards, name, &ask, bytes).await
}

/// A decision that is not there, or is another tenant's: nobody learns which.
fn no_decision() -> Problem {
    Problem::new(Code::NotFound, "id", "there is no such decision")
}

/// The id of a decision in a path or a body.
fn decision_id(text: &str) -> Outcome<crate::ids::DecisionId> {
    crate::ids::DecisionId::read(text).ok_or_else(no_decision)
}

/// Types that handlers ask shards with.
use shard::Ask as ShardAsk;
