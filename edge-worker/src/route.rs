//! The routes: one table that requests are matched against, and that a test compares with `openapi.json`.

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "named as the routes below")]
pub enum Endpoint {
    Challenge,
    Bundle,
    Decide,
    Decision,
    Audit,
    Feedback,
    Export,
    Erase,
    CreateTenant,
    Tenants,
    Tenant,
    Configure,
    CreateKey,
    Keys,
    RotateKey,
    RevokeKey,
    RotateEdgeKey,
    Upload,
    Bundles,
    Activate,
    RollBack,
    Purge,
    Health,
    Version,
    Metrics,
    OpenApi,
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Open,
    /// Anyone; who sends a key is told more, and the key must be good.
    Keyed,
    /// A key of a tenant: any publishable one, or a secret one with this scope.
    Any(Option<Scope>),
    /// A secret key with this scope.
    Secret(Scope),
    /// The operator, or a secret key with the scope `admin` for its own tenant.
    Admin,
    /// The operator.
    Operator,
}

/// What a secret key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(
    missing_docs,
    reason = "named as the routes that they open, but for `Trace`: it lets decisions be told with their trace"
)]
pub enum Scope {
    Decide,
    Read,
    Audit,
    Feedback,
    Export,
    Erase,
    Trace,
    Admin,
}

/// What a route takes as its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing; what is sent is not read.
    None,
    /// JSON of at most so many bytes.
    Json(usize),
    /// Nothing, or JSON of at most so many bytes.
    OptionalJson(usize),
    /// A bundle of at most so many bytes.
    Bundle(usize),
}

/// A route.
#[derive(Debug)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path; a part in braces stands for any.
    pub path: &'static str,
    /// What it does.
    pub endpoint: Endpoint,
    /// Who may.
    pub access: Access,
    /// What it takes.
    pub body: Body,
}

const SMALL: usize = 16 << 10;
const RECORD: usize = 64 << 10;
const BUNDLE: usize = 16 << 20;

const fn route(
    method: &'static str,
    path: &'static str,
    endpoint: Endpoint,
    access: Access,
    body: Body,
) -> Route {
    Route { method, path, endpoint, access, body }
}

/// All of them. What is asked most stands first.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    route("POST", "/v1/decisions", Endpoint::Decide, Access::Any(Some(Scope::Decide)), Body::Json(RECORD)),
    route("GET", "/v1/challenge", Endpoint::Challenge, Access::Any(None), Body::None),
    route("GET", "/v1/bundles/{digest}", Endpoint::Bundle, Access::Any(None), Body::None),
    route("GET", "/v1/decisions/{id}", Endpoint::Decision, Access::Secret(Scope::Read), Body::None),
    route("POST", "/v1/audits/{id}", Endpoint::Audit, Access::Secret(Scope::Audit), Body::Json(RECORD)),
    route("POST", "/v1/feedback", Endpoint::Feedback, Access::Secret(Scope::Feedback), Body::Json(SMALL)),
    route("GET", "/v1/export", Endpoint::Export, Access::Secret(Scope::Export), Body::None),
    route("POST", "/v1/erasures", Endpoint::Erase, Access::Secret(Scope::Erase), Body::Json(SMALL)),
    route("POST", "/v1/admin/tenants", Endpoint::CreateTenant, Access::Operator, Body::Json(SMALL)),
    route("GET", "/v1/admin/tenants", Endpoint::Tenants, Access::Operator, Body::None),
    route("GET", "/v1/admin/tenants/{tenant}", Endpoint::Tenant, Access::Admin, Body::None),
    route("PATCH", "/v1/admin/tenants/{tenant}", Endpoint::Configure, Access::Admin, Body::Json(SMALL)),
    route("POST", "/v1/admin/tenants/{tenant}/keys", Endpoint::CreateKey, Access::Admin, Body::Json(SMALL)),
    route("GET", "/v1/admin/tenants/{tenant}/keys", Endpoint::Keys, Access::Admin, Body::None),
    route("POST", "/v1/admin/tenants/{tenant}/keys/{id}/rotate", Endpoint::RotateKey, Access::Admin, Body::OptionalJson(SMALL)),
    route("DELETE", "/v1/admin/tenants/{tenant}/keys/{id}", Endpoint::RevokeKey, Access::Admin, Body::None),
    route("POST", "/v1/admin/tenants/{tenant}/edge-keys/rotate", Endpoint::RotateEdgeKey, Access::Admin, Body::None),
    route("POST", "/v1/admin/tenants/{tenant}/bundles", Endpoint::Upload, Access::Admin, Body::Bundle(BUNDLE)),
    route("GET", "/v1/admin/tenants/{tenant}/bundles", Endpoint::Bundles, Access::Admin, Body::None),
    route("POST", "/v1/admin/tenants/{tenant}/activate", Endpoint::Activate, Access::Admin, Body::Json(SMALL)),
    route("POST", "/v1/admin/tenants/{tenant}/rollback", Endpoint::RollBack, Access::Admin, Body::None),
    route("POST", "/v1/admin/purge", Endpoint::Purge, Access::Operator, Body::None),
    route("GET", "/healthz", Endpoint::Health, Access::Open, Body::None),
    route("GET", "/version", Endpoint::Version, Access::Keyed, Body::None),
    route("GET", "/metrics", Endpoint::Metrics, Access::Operator, Body::None),
    route("GET", "/openapi.json", Endpoint::OpenApi, Access::Open, Body::None),
];

/// What stands in the braces of a path, in order; at most two.
pub type Parts<'a> = [&'a str; 2];

/// What a request is for.
#[derive(Debug)]
pub enum Found<'a> {
    /// A route, with what stands in the braces of its path.
    Route(&'static Route, Parts<'a>),
    /// A path that has other methods.
    Methods(String),
    /// No path.
    Nothing,
}

impl Route {
    /// Whether pages of a browser may call it, of the origins that the tenant allows.
    pub fn for_pages(&self) -> bool {
        matches!(self.access, Access::Any(_) | Access::Open | Access::Keyed)
    }
}

fn matches<'a>(pattern: &str, path: &'a str) -> Option<Parts<'a>> {
    let mut parts = [""; 2];
    let mut free = parts.iter_mut();
    let mut given = path.split('/');
    for expected in pattern.split('/') {
        let part = given.next()?;
        if expected.starts_with('{') {
            if part.is_empty() {
                return None;
            }
            *free.next()? = part;
        } else if expected != part {
            return None;
        }
    }
    given.next().is_none().then_some(parts)
}

/// Finds the route of a request. Where there is GET there is HEAD, of whose answer the runtime sends no body.
pub fn find<'a>(method: &str, path: &'a str) -> Found<'a> {
    let method = if method == "HEAD" { "GET" } else { method };
    let mut methods = String::new();
    for route in ROUTES {
        let Some(parts) = matches(route.path, path) else { continue };
        if route.method == method {
            return Found::Route(route, parts);
        }
        if !methods.is_empty() {
            methods.push_str(", ");
        }
        methods.push_str(if route.method == "GET" { "GET, HEAD" } else { route.method });
    }
    if methods.is_empty() { Found::Nothing } else { Found::Methods(methods) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_find_their_routes() {
        assert!(
            matches!(find("POST", "/v1/decisions"), Found::Route(r, _) if r.endpoint == Endpoint::Decide)
        );
        let Found::Route(route, parts) = find("DELETE", "/v1/admin/tenants/a/keys/k1") else { panic!() };
        assert_eq!((route.endpoint, parts), (Endpoint::RevokeKey, ["a", "k1"]));
        assert!(matches!(find("GET", "/v1/decisions"), Found::Methods(m) if m == "POST"));
        assert!(matches!(find("PUT", "/v1/admin/tenants/a"), Found::Methods(m) if m == "GET, HEAD, PATCH"));
        assert!(matches!(find("HEAD", "/healthz"), Found::Route(r, _) if r.endpoint == Endpoint::Health));
        assert!(matches!(find("HEAD", "/v1/decisions"), Found::Methods(_)));
        for path in
            ["/", "/v1", "/v1/decisions/", "/v1/decisions/a/b", "//v1/decisions", "/v1/admin/tenants//keys"]
        {
            assert!(matches!(find("GET", path), Found::Nothing), "{path}");
        }
    }

    #[test]
    fn no_route_stands_twice() {
        for (i, a) in ROUTES.iter().enumerate() {
            assert!(ROUTES.iter().skip(i + 1).all(|b| (a.method, a.path) != (b.method, b.path)));
        }
    }
}
