//! Where a worker is, and whether a key may be sent there.

use std::net::IpAddr;

use ureq::http::Uri;

use super::EdgeError;

/// The address of a worker: `https://…`, or `http://` on this very machine.
#[derive(Clone, Debug)]
pub struct Address {
    /// Without a slash at its end.
    base: String,
    plain: bool,
}

impl Address {
    /// Reads an address. It may have a path, under which the worker's own paths begin; it has no name, password, query or
    /// fragment.
    ///
    /// # Errors
    /// [`EdgeError::Address`] if it is none, [`EdgeError::PlainHttp`] if a key would travel in clear.
    pub fn parse(text: &str) -> Result<Self, EdgeError> {
        let wrong = |what| Err(EdgeError::Address { text: super::clean(text), what });
        // A fragment is dropped by the parser and a name before `@` is not what it looks like: neither belongs here.
        if text.contains(['#', '?', '@']) {
            return wrong("it has a name, a query or a fragment");
        }
        let Ok(uri) = text.trim().parse::<Uri>() else { return wrong("it is no URL") };
        let Some(host) = uri.host().filter(|host| !host.is_empty()) else {
            return wrong("it has no host");
        };
        let plain = match uri.scheme_str() {
            Some("https") => false,
            Some("http") if is_loopback(host) => true,
            Some("http") => return Err(EdgeError::PlainHttp { host: super::clean(host) }),
            _ => return wrong("it begins with neither https:// nor http://"),
        };
        Ok(Self { base: uri.to_string().trim_end_matches('/').to_owned(), plain })
    }

    /// Whether it is plain http, to this machine.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// The whole URL of a path of the worker that begins with a slash.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// As it was given.
    pub(super) fn text(&self) -> &str {
        &self.base
    }
}

/// `localhost` (which RFC 6761 keeps for the loopback), 127.0.0.0/8 or ::1.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_here() {
        for text in ["https://edge.example", "https://edge.example:8443/scorelet/", "http://127.0.0.1:8787"] {
            assert!(Address::parse(text).is_ok(), "{text}");
        }
        for text in ["http://localhost:8787/", "http://[::1]:8787", "http://127.1.2.3"] {
            assert!(Address::parse(text).unwrap().is_plain(), "{text}");
        }
        assert_eq!(Address::parse("https://a.example/x/").unwrap().url("/v1"), "https://a.example/x/v1");
    }

    #[test]
    fn what_would_send_a_key_in_clear_is_refused() {
        let hosts =
            ["edge.example", "127.0.0.1.example", "localhost.example", "10.0.0.1", "0.0.0.0", "[::2]"];
        for host in hosts {
            let refused = Address::parse(&format!("http://{host}/"));
            assert!(matches!(refused, Err(EdgeError::PlainHttp { .. })), "{host}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let texts =
            ["", "edge.example", "ftp://127.0.0.1", "http://localhost@evil.example/", "https://a/?b", "a b"];
        for text in texts {
            assert!(matches!(Address::parse(text), Err(EdgeError::Address { .. })), "{text}");
        }
    }
}
