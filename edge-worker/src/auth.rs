//! Keys: who asks, and what they may.
//!
//! A key's text is `scl_pk_<tenant>_<id>_<secret>` or `scl_sk_…`; only its SHA-256 is kept. The secret has 256 random bits, so
//! that a plain hash is enough, and it is compared in constant time.

use std::rc::Rc;

use crate::cache::{self, Bindings, Known};
use crate::ids::is_tenant;
use crate::problem::{Code, Outcome, Problem};
use crate::route::{Access, Scope};
use crate::secrets::{same, sha256};
use crate::store::tenant::{Key, Kind};
use crate::text::{hex, unhex_array};

/// Longest text of a key.
const LONGEST: usize = 512;

/// Who asks.
#[derive(Debug)]
pub enum Caller {
    /// Anyone.
    Anyone,
    /// The operator of the worker.
    Operator,
    /// A tenant, by one of its keys.
    Tenant(Rc<Known>, KeyOf),
}

/// What matters of a tenant's key.
#[derive(Debug, Clone)]
pub struct KeyOf {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
}

/// The parts of a key's text.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    tenant: &'a str,
    id: &'a str,
}

fn parts(text: &str) -> Option<Parts<'_>> {
    let rest = text.strip_prefix("scl_pk_").or_else(|| text.strip_prefix("scl_sk_"))?;
    let (tenant, rest) = rest.split_once('_')?;
    let (id, secret) = rest.split_once('_')?;
    (is_tenant(tenant) && !id.is_empty() && !secret.is_empty()).then_some(Parts { tenant, id })
}

/// A new key: what is kept, and its text, which is not.
pub fn new_key(
    tenant: &str,
    kind: Kind,
    scopes: Vec<Scope>,
    name: String,
    now: u64,
) -> Outcome<(Key, String)> {
    let random: [u8; 32] = crate::secrets::random()?;
    let id: [u8; 6] = crate::secrets::random()?;
    let id = hex(&id);
    let letter = match kind {
        Kind::Publishable => "pk",
        Kind::Secret => "sk",
    };
    let text = format!("scl_{letter}_{tenant}_{id}_{}", hex(&random));
    let hash = hex(&sha256(text.as_bytes()));
    Ok((Key { id, kind, scopes, name, hash, created: now, ends: None }, text))
}

fn unknown(detail: &'static str) -> Problem {
    Problem::new(Code::Unauthorized, "Authorization", detail)
}

/// The key in a header `Authorization`.
fn bearer(header: Option<&str>) -> Outcome<&str> {
    let header = header.ok_or_else(|| unknown("there is no such header"))?;
    let (scheme, key) = header.split_once(' ').unwrap_or((header, ""));
    let key = key.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || key.is_empty() || key.len() > LONGEST {
        return Err(unknown("it is not `Bearer KEY`"));
    }
    Ok(key)
}

/// Finds out who asks; whether they may is [`permit`]'s to say.
///
/// Errors: a key that is none, unknown, revoked or ended.
pub async fn caller(bindings: &Bindings, header: Option<&str>, now: u64) -> Outcome<Caller> {
    let text = bearer(header)?;
    let Some(Parts { tenant, id }) = parts(text) else {
        return match same(&sha256(text.as_bytes()), &bindings.operator) {
            true => Ok(Caller::Operator),
            false => Err(unknown("the key is not known")),
        };
    };
    let known = cache::tenant(bindings, tenant, now).await?.ok_or_else(|| unknown("the key is not known"))?;
    let key = known.document.keys.iter().find(|key| key.id == id);
    let hash = key.and_then(|key| unhex_array::<32>(&key.hash)).unwrap_or_default();
    // Compared also where there is no such key: the time does not tell which ids there are.
    let right = same(&sha256(text.as_bytes()), &hash);
    let Some(key) = key.filter(|_| right) else { return Err(unknown("the key is not known")) };
    if key.ends.is_some_and(|ends| ends <= now) {
        return Err(unknown("the key was revoked or replaced"));
    }
    let of = KeyOf { id: key.id.clone(), kind: key.kind };
    Ok(Caller::Tenant(known, of))
}

/// Whether a key of a tenant is a secret one with the scope.
pub fn has(known: &Known, of: &KeyOf, scope: Scope) -> bool {
    let key = known.document.keys.iter().find(|key| key.id == of.id);
    of.kind == Kind::Secret && key.is_some_and(|key| key.scopes.contains(&scope))
}

/// Whether a caller may use a route; `tenant` is the one in its path.
///
/// Errors: it may not.
pub fn permit(caller: &Caller, access: Access, tenant: &str) -> Outcome<()> {
    let forbidden = |detail: &'static str| Err(Problem::new(Code::Forbidden, "Authorization", detail));
    match (access, caller) {
        (Access::Open | Access::Keyed, _) | (Access::Admin | Access::Operator, Caller::Operator) => Ok(()),
        (Access::Any(scope), Caller::Tenant(known, of)) => match (scope, of.kind) {
            (None, _) | (_, Kind::Publishable) => Ok(()),
            (Some(scope), Kind::Secret) if has(known, of, scope) => Ok(()),
            _ => forbidden("the key lacks the scope"),
        },
        (Access::Secret(scope), Caller::Tenant(known, of)) => match has(known, of, scope) {
            true => Ok(()),
            false => forbidden("a secret key with the scope is needed"),
        },
        // Another tenant is as good as none: nobody learns which there are.
        (Access::Admin, Caller::Tenant(known, of)) => {
            match has(known, of, Scope::Admin) && known.document.id == tenant {
                true => Ok(()),
                false => forbidden(
                    "the operator's key, or a secret one of this tenant with the scope admin, is needed",
                ),
            }
        }
        (Access::Operator, _) => forbidden("the operator's key is needed"),
        _ => forbidden("a tenant's key is needed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_taken_apart() {
        assert_eq!(parts("scl_sk_bank-1_k1_secret"), Some(Parts { tenant: "bank-1", id: "k1" }));
        for wrong in ["scl_sk_bank_k1_", "scl_sk_Bank_k1_x", "scl_sk__k1_x", "scl_xx_a_b_c", "", "scl_pk_a_b"]
        {
            assert_eq!(parts(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_header_holds_one_key() {
        assert_eq!(bearer(Some("Bearer abc")).unwrap(), "abc");
        assert_eq!(bearer(Some("bearer  abc ")).unwrap(), "abc");
        for wrong in [None, Some(""), Some("Basic abc"), Some("Bearer"), Some("Bearer ")] {
            assert_eq!(bearer(wrong).unwrap_err().status(), 401);
        }
    }

    #[test]
    fn only_the_operator_may_do_what_is_the_operator_s() {
        assert!(permit(&Caller::Operator, Access::Operator, "").is_ok());
        assert!(permit(&Caller::Operator, Access::Admin, "a").is_ok());
        assert!(permit(&Caller::Operator, Access::Secret(Scope::Read), "").is_err());
        assert!(permit(&Caller::Anyone, Access::Operator, "").is_err());
        assert!(permit(&Caller::Anyone, Access::Any(None), "").is_err());
        assert!(permit(&Caller::Anyone, Access::Open, "").is_ok());
        assert!(permit(&Caller::Anyone, Access::Keyed, "").is_ok());
    }
}
