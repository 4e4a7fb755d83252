//! `scorelet edge`: a small hand for those who run an edge worker.

pub(super) mod args;
mod bundle;
mod erase;
mod export;
mod feedback;
mod key;
mod keygen;
mod release;
mod show;
mod tenant;

use serde_json::Value;

use super::term;
use crate::edge::{Address, Call, Client, Content, EdgeError, Key, Method, Route};
use crate::error::{HostError, Result, exit};
use args::{BundleCommand, EdgeArgs, EdgeCommand, KeyCommand, TenantCommand, TenantFlag};

pub(super) fn run(args: &EdgeArgs) -> Result<u8> {
    if let EdgeCommand::Keygen(keygen) = &args.command {
        return keygen::run(keygen);
    }
    let worker = Worker::open(args)?;
    match &args.command {
        EdgeCommand::Keygen(_) => Ok(exit::OK),
        EdgeCommand::Tenant(TenantCommand::Create(args)) => tenant::create(&worker, args),
        EdgeCommand::Tenant(TenantCommand::List) => tenant::list(&worker),
        EdgeCommand::Tenant(TenantCommand::Show(args)) => tenant::show(&worker, args),
        EdgeCommand::Tenant(TenantCommand::Set(args)) => tenant::set(&worker, args),
        EdgeCommand::Key(KeyCommand::Create(args)) => key::create(&worker, args),
        EdgeCommand::Key(KeyCommand::List(args)) => key::list(&worker, args),
        EdgeCommand::Key(KeyCommand::Rotate(args)) => key::rotate(&worker, args),
        EdgeCommand::Key(KeyCommand::Revoke(args)) => key::revoke(&worker, args),
        EdgeCommand::Bundle(BundleCommand::Upload(args)) => bundle::upload(&worker, args),
        EdgeCommand::Bundle(BundleCommand::List(args)) => bundle::list(&worker, args),
        EdgeCommand::Bundle(BundleCommand::Activate(args)) => bundle::activate(&worker, args),
        EdgeCommand::Bundle(BundleCommand::Rollback(args)) => bundle::rollback(&worker, args),
        EdgeCommand::Release(args) => release::run(&worker, args),
        EdgeCommand::RotateKey(args) => rotate_key(&worker, args),
        EdgeCommand::Export(args) => export::run(&worker, args),
        EdgeCommand::Feedback(args) => feedback::run(&worker, args),
        EdgeCommand::Erase(args) => erase::erase(&worker, args),
        EdgeCommand::Purge => erase::purge(&worker),
    }
}

/// The worker that the flags name, and how its answers are shown.
struct Worker {
    client: Client,
    json: bool,
}

impl Worker {
    fn open(args: &EdgeArgs) -> Result<Self> {
        let no_address = EdgeError::Address { text: String::new(), what: "none was given" };
        let address = Address::parse(args.url.as_deref().filter(|url| !url.is_empty()).ok_or(no_address)?)?;
        let key = match (&args.key_file, std::env::var("SCORELET_EDGE_KEY")) {
            (Some(path), _) => Key::read(path)?,
            (None, Ok(text)) if !text.is_empty() => Key::new(&text, "SCORELET_EDGE_KEY")?,
            _ => return Err(EdgeError::NoKey.into()),
        };
        Ok(Self { client: Client::new(address, key)?, json: args.json })
    }

    /// The tenant of a flag, else the one that the key belongs to.
    fn tenant<'a>(&'a self, given: Option<&'a String>) -> Result<&'a str> {
        given.map(String::as_str).or_else(|| self.client.key().tenant()).ok_or_else(|| HostError::Usage {
            what: "which tenant? The operator's key belongs to none".to_owned(),
            mend: "name it: --tenant TENANT, or SCORELET_EDGE_TENANT in the environment".to_owned(),
        })
    }

    /// A route below a tenant of the admin part.
    fn route(&self, tenant: &TenantFlag, rest: &[&str]) -> Result<Route> {
        let tenant = self.tenant(tenant.tenant.as_ref())?;
        Ok(Route::new(&[&["v1", "admin", "tenants", tenant], rest].concat()))
    }

    fn get(&self, route: Route) -> Result<Value> {
        Ok(self.client.json(&Call::get(route))?)
    }

    /// Shows an answer: as it came with `--json`, else as `text` has it.
    fn show(&self, value: &Value, text: impl FnOnce(&Value) -> String) -> Result<u8> {
        let text = if self.json { format!("{value:#}\n") } else { text(value) };
        term::print(&text)?;
        Ok(exit::OK)
    }
}

/// `scorelet edge rotate-key`.
fn rotate_key(worker: &Worker, args: &TenantFlag) -> Result<u8> {
    let route = worker.route(args, &["edge-keys", "rotate"])?;
    let made = worker.client.json(&Call::once(Method::Post, route, Content::Nothing))?;
    worker.show(&made, show::pairs)
}
