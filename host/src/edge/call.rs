//! One call of the API: what is asked, and whether it may be asked again.

use serde_json::Value;

/// Method of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does, or makes.
    Post,
    /// Changes settings.
    Patch,
    /// Takes away.
    Delete,
}

impl Method {
    /// Its name in HTTP.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Path and query; what is put into them is escaped.
#[derive(Clone, Debug, Default)]
pub struct Route {
    path: String,
    query: String,
}

impl Route {
    /// The path of `parts`, each escaped: `["v1", "bundles", digest]`.
    pub fn new(parts: &[&str]) -> Self {
        let mut route = Self::default();
        for part in parts {
            route.path.push('/');
            escape(&mut route.path, part);
        }
        route
    }

    /// With a query parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.query.push(if self.query.is_empty() { '?' } else { '&' });
        self.query.push_str(name);
        self.query.push('=');
        escape(&mut self.query, value);
        self
    }

    /// The path alone, for messages: a query may hold what is nobody's business.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn whole(&self) -> String {
        format!("{}{}", self.path, self.query)
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters; `.` and `..` would change the path, so no dot stands alone.
fn escape(out: &mut String, text: &str) {
    let dots = text == "." || text == "..";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) || (byte == b'.' && !dots) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// What a call sends.
#[derive(Clone, Debug)]
pub enum Content<'a> {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(Value),
    /// A bundle's bytes.
    Bundle(&'a [u8]),
}

/// A call.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    pub(super) method: Method,
    pub(super) route: Route,
    pub(super) content: Content<'a>,
    pub(super) again: bool,
}

impl<'a> Call<'a> {
    /// Reads.
    pub fn get(route: Route) -> Self {
        Self { method: Method::Get, route, content: Content::Nothing, again: true }
    }

    /// Does something that done twice is done twice: it is never sent again by itself.
    pub fn once(method: Method, route: Route, content: Content<'a>) -> Self {
        Self { method, route, content, again: false }
    }

    /// Does something that done twice is done once: it may be sent again after a failure.
    pub fn idempotent(method: Method, route: Route, content: Content<'a>) -> Self {
        Self { method, route, content, again: true }
    }

    /// Method and path, for messages.
    pub fn place(&self) -> String {
        format!("{} {}", self.method.name(), self.route.path())
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn what_is_put_into_a_path_stays_in_its_part() {
        let route =
            Route::new(&["v1", "admin", "../x/?y#z", ".."]).with("cursor", "a&b=c").with("kind", "all");
        assert_eq!(route.whole(), "/v1/admin/..%2Fx%2F%3Fy%23z/%2E%2E?cursor=a%26b%3Dc&kind=all");
        assert_eq!(route.path(), "/v1/admin/..%2Fx%2F%3Fy%23z/%2E%2E");
    }
}
