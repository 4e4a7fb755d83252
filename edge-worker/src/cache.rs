//! What an isolate keeps: its bindings, tenants for a few seconds, engines by digest.
//!
//! A tenant is asked for again when what is known of it is older than `FRESH`: so a revoked key or an activated bundle
//! counts about that long later in other isolates, at most `STALE` later, and at once in the one that changed it.

mod budget;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::Scorer;
use worker::js_sys::Reflect;
use worker::{Env, ObjectNamespace};

use crate::log;
use crate::problem::{Code, Outcome, Problem};
use crate::secrets::{Master, Secrets};
use crate::store::tenant::{Answer, Ask, Document, Part};
use crate::store::{ask, directory};
use crate::text::unhex_array;
use budget::Budget;

/// How long what is known of a tenant is believed, ms.
const FRESH: u64 = 2_000;
/// How long the isolate's other requests go on with what they know while one asks anew, ms.
const REFRESH: u64 = 1_000;
/// How old what is known may be at most, ms: while a tenant's object does not answer, its requests are refused.
const STALE: u64 = 5_000;
/// Tenants that the directory's list has at most; of more, each is asked for by itself.
const LISTED: usize = 10_000;
/// Tenants that are kept.
const TENANTS: usize = 1_000;
/// Bytes of bundles whose engines are kept, and of bundles that are kept to be served. An engine takes some times as much.
const ENGINES: usize = 32 << 20;
const FILES: usize = 16 << 20;

/// What the worker is bound to.
#[derive(Debug)]
pub struct Bindings {
    /// The directory.
    pub directory: ObjectNamespace,
    /// Tenants.
    pub tenants: ObjectNamespace,
    /// Shards.
    pub shards: ObjectNamespace,
    /// The master key.
    pub master: Master,
    /// SHA-256 of the operator's key.
    pub operator: [u8; 32],
}

/// A tenant as an isolate knows it.
#[derive(Debug)]
pub struct Known {
    /// All of it but its bundles.
    pub document: Document,
    /// Its secrets.
    pub secrets: Rc<Secrets>,
    /// Names of its shards.
    pub shards: Vec<String>,
}

/// A bundle that is ready to score.
#[derive(Debug)]
pub struct Engine {
    /// Evaluates it.
    pub scorer: RefCell<Scorer>,
}

/// A bundle as it was uploaded.
#[derive(Debug)]
pub struct File {
    /// What part it is.
    pub part: Part,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A tenant that is kept.
#[derive(Debug, Clone)]
struct Held {
    known: Rc<Known>,
    times: Rc<Times>,
}

/// When a tenant was asked for, ms.
#[derive(Debug)]
struct Times {
    /// Last, whether or not it has answered.
    asked: Cell<u64>,
    /// Last when it has answered: what is known was true then.
    verified: Cell<u64>,
}

impl Times {
    fn at(now: u64) -> Self {
        Self { asked: Cell::new(now), verified: Cell::new(now) }
    }

    fn believed(&self, now: u64) -> bool {
        let since = |time: &Cell<u64>| now.saturating_sub(time.get());
        since(&self.asked) < FRESH && since(&self.verified) < STALE
    }

    /// Until who asks now has an answer, others go on with what they know.
    fn ask(&self, now: u64) {
        self.asked.set(now.saturating_sub(FRESH - REFRESH));
    }

    fn verify(&self, now: u64) {
        self.asked.set(now.max(self.asked.get()));
        self.verified.set(now.max(self.verified.get()));
    }
}

/// Ids of the tenants that the directory had at a time, ms.
#[derive(Debug)]
struct Listed {
    asked: u64,
    ids: HashSet<String>,
}

struct Cache {
    tenants: HashMap<String, Held>,
    directory: Option<Rc<Listed>>,
    engines: Budget<Rc<Engine>>,
    files: Budget<Rc<File>>,
}

impl Default for Cache {
    fn default() -> Self {
        let (tenants, directory) = Default::default();
        Self { tenants, directory, engines: Budget::new(ENGINES), files: Budget::new(FILES) }
    }
}

thread_local! {
    static BINDINGS: OnceCell<Rc<Bindings>> = const { OnceCell::new() };
    static CACHE: RefCell<Cache> = RefCell::default();
}

/// The bindings, found once.
///
/// Errors: one that is missing or malformed.
pub fn bindings(env: &Env) -> Outcome<Rc<Bindings>> {
    if let Some(known) = BINDINGS.with(|cell| cell.get().cloned()) {
        return Ok(known);
    }
    let missing = |name: &'static str| Problem::new(Code::SetUp, name, "the binding is missing or malformed");
    let objects = |name| env.durable_object(name).map_err(|_| missing(name));
    // Read as they are: workerd gives null for what its environment lacks, which the crate's accessors do not expect.
    let text = |name: &str| Reflect::get(env, &name.into()).ok().and_then(|value| value.as_string());
    let secret = |name| text(name).ok_or_else(|| missing(name));
    let (master, operator) = ("SCORELET_MASTER_KEY", "SCORELET_OPERATOR_KEY_SHA256");
    let bound = Rc::new(Bindings {
        directory: objects("DIRECTORY")?,
        tenants: objects("TENANT")?,
        shards: objects("SHARD")?,
        master: Master::read(&secret(master)?).ok_or_else(|| missing(master))?,
        operator: unhex_array(secret(operator)?.trim()).ok_or_else(|| missing(operator))?,
    });
    if let Some(level) = text("SCORELET_LOG").and_then(|level| log::Level::read(&level)) {
        log::set(level);
    }
    Ok(BINDINGS.with(|cell| cell.get_or_init(|| bound).clone()))
}

/// A tenant; `None` if there is none of that id.
///
/// Errors: its object does not answer.
pub async fn tenant(bindings: &Bindings, id: &str, now: u64) -> Outcome<Option<Rc<Known>>> {
    let cached = CACHE.with_borrow(|cache| cache.tenants.get(id).cloned());
    if let Some(Held { known, times }) = &cached {
        if times.believed(now) {
            return Ok(Some(known.clone()));
        }
        times.ask(now);
    } else if !exists(bindings, id, now).await? {
        return Ok(None);
    }
    let version = cached.as_ref().map_or(0, |held| held.known.document.version);
    let answer = ask(&bindings.tenants, id, &Ask::Read { known: version }, &[]).await;
    match answer.map_err(|_| Problem::unavailable("tenant"))?.0 {
        Answer::Document { document } => Ok(Some(learn(bindings, *document, now))),
        Answer::Same => Ok(cached.map(|Held { known, times }| {
            times.verify(now);
            known
        })),
        Answer::Missing { .. } => Ok(None),
        _ => Err(Problem::internal("tenant")),
    }
}

/// Whether the directory has a tenant. Nobody can make the worker open an object for a name that it has not, and whoever makes
/// up keys costs the directory one list in `FRESH`, however many there are.
async fn exists(bindings: &Bindings, id: &str, now: u64) -> Outcome<bool> {
    let listed = CACHE.with_borrow(|cache| cache.directory.clone());
    let listed = match listed.filter(|listed| now.saturating_sub(listed.asked) < FRESH) {
        Some(listed) => listed,
        None => {
            let all = directory::Ask::After { id: String::new(), limit: LISTED as u32 };
            let ids: Vec<String> = ask(&bindings.directory, directory::NAME, &all, &[]).await?.0;
            let listed = Rc::new(Listed { asked: now, ids: ids.into_iter().collect() });
            CACHE.with_borrow_mut(|cache| cache.directory = Some(listed.clone()));
            listed
        }
    };
    if listed.ids.contains(id) || listed.ids.len() < LISTED {
        return Ok(listed.ids.contains(id));
    }
    let has = directory::Ask::Has { id: id.to_owned() };
    Ok(ask::<bool>(&bindings.directory, directory::NAME, &has, &[]).await?.0)
}

/// Forgets which tenants there are not: an administrator looks for one that may be new.
pub fn forget_directory() {
    CACHE.with_borrow_mut(|cache| cache.directory = None);
}

/// Keeps a tenant as it is now.
pub fn learn(bindings: &Bindings, document: Document, now: u64) -> Rc<Known> {
    CACHE.with_borrow_mut(|cache| {
        if let Some(Held { known, times }) = cache.tenants.get(&document.id)
            && known.document.version >= document.version
        {
            times.verify(now);
            return known.clone();
        }
        if cache.tenants.len() >= TENANTS {
            cache.tenants.clear();
        }
        let before = cache.tenants.get(&document.id).map(|held| held.known.secrets.clone());
        let secrets = before.unwrap_or_else(|| Rc::new(Secrets::new(&bindings.master, &document.id)));
        let shards = (0..crate::ids::SHARDS).map(|shard| format!("{}/{shard}", document.id)).collect();
        let id = document.id.clone();
        let known = Rc::new(Known { document, secrets, shards });
        let times = Rc::new(Times::at(now));
        cache.tenants.insert(id, Held { known: known.clone(), times });
        known
    })
}

/// A bundle of a tenant as it was uploaded; `None` if it has none of that digest.
///
/// Errors: of the store.
pub async fn file(bindings: &Bindings, tenant: &str, digest: &str) -> Outcome<Option<Rc<File>>> {
    let key = named(tenant, digest);
    if let Some(file) = CACHE.with_borrow_mut(|cache| cache.files.get(&key)) {
        return Ok(Some(file));
    }
    let Some(file) = fetch(bindings, tenant, digest).await? else { return Ok(None) };
    let file = Rc::new(file);
    CACHE.with_borrow_mut(|cache| cache.files.insert(key, file.clone(), file.bytes.len()));
    Ok(Some(file))
}

/// A bundle of a tenant, ready to score; `None` if it has none of that digest.
///
/// Errors: of the store.
pub async fn engine(bindings: &Bindings, tenant: &str, digest: &str) -> Outcome<Option<Rc<Engine>>> {
    let key = named(tenant, digest);
    if let Some(engine) = CACHE.with_borrow_mut(|cache| cache.engines.get(&key)) {
        return Ok(Some(engine));
    }
    let Some(File { bytes, .. }) = fetch(bindings, tenant, digest).await? else { return Ok(None) };
    // Its publisher was checked when it was uploaded; its signature is checked here again.
    let bundle = Bundle::open(&bytes, Trust::Anyone).map_err(|error| {
        log::failure("bundle", error.code());
        Problem::internal("bundle")
    })?;
    if bundle.digest.to_string() != digest {
        log::failure("bundle", "its digest is another one");
        return Err(Problem::internal("bundle"));
    }
    let engine = Rc::new(Engine { scorer: RefCell::new(Scorer::new(bundle)) });
    CACHE.with_borrow_mut(|cache| cache.engines.insert(key, engine.clone(), bytes.len()));
    Ok(Some(engine))
}

/// By tenant: that another one has the same bundle gives nobody a right to it.
fn named(tenant: &str, digest: &str) -> String {
    format!("{tenant}/{digest}")
}

async fn fetch(bindings: &Bindings, tenant: &str, digest: &str) -> Outcome<Option<File>> {
    let (answer, bytes) =
        ask(&bindings.tenants, tenant, &Ask::Bundle { digest: digest.to_owned() }, &[]).await?;
    match answer {
        Answer::Uploaded { bundle, .. } => Ok(Some(File { part: bundle.part, bytes })),
        Answer::Missing { .. } => Ok(None),
        _ => Err(Problem::internal("bundle")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_believed_no_longer_than_it_may_be_old() {
        let times = Times::at(10_000);
        assert!(times.believed(10_000 + FRESH - 1));
        assert!(!times.believed(10_000 + FRESH));
        // One asks and has no answer; the others go on for a while, however often somebody asks.
        let mut believed = 0;
        for now in 10_000 + FRESH..30_000 {
            match times.believed(now) {
                true => believed = now,
                false => times.ask(now),
            }
        }
        assert_eq!(believed, 10_000 + STALE - 1);
        times.verify(30_000);
        assert!(times.believed(30_000));
        // After a rest everybody asks.
        times.ask(90_000);
        assert!(!times.believed(90_000));
    }
}
