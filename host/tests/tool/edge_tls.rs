//! https: a certificate of a trusted root, and another one.

use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, Stream};
use serde_json::json;

use super::edge_server::{Server, json};
use super::sandbox::{Ran, Sandbox, run};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/tool/tls/ca.pem");

/// A server with a certificate for `localhost` alone, by a root that only this test knows.
fn server() -> Server {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let answer = json(json!({"tenants": []}));
    Server::over(
        "https://localhost",
        move |_, _| answer.clone(),
        move |mut socket: &TcpStream, talk| {
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            while connection.is_handshaking() {
                if connection.complete_io(&mut socket).is_err() {
                    return;
                }
            }
            let connection = std::cell::RefCell::new(connection);
            let mut input = Half { connection: &connection, socket };
            let mut output = Half { connection: &connection, socket };
            talk(&mut input, &mut output);
            connection.borrow_mut().send_close_notify();
            let _ = connection.borrow_mut().complete_io(&mut socket);
        },
    )
}

/// One direction of a connection.
struct Half<'a> {
    connection: &'a std::cell::RefCell<ServerConnection>,
    socket: &'a TcpStream,
}

impl std::io::Read for Half<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        Stream::new(&mut *self.connection.borrow_mut(), &mut self.socket).read(buffer)
    }
}

impl std::io::Write for Half<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Stream::new(&mut *self.connection.borrow_mut(), &mut self.socket).write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Stream::new(&mut *self.connection.borrow_mut(), &mut self.socket).flush()
    }
}

fn list(sandbox: &Sandbox, url: &str, roots: &str) -> Ran {
    let mut command = sandbox.command(&["edge", "--url", url, "tenant", "list"]);
    for name in
        ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "SSL_CERT_DIR"]
    {
        command.env_remove(name);
    }
    command.env("SCORELET_EDGE_KEY", "over-tls").env("SSL_CERT_FILE", roots);
    run(command, "")
}

#[test]
fn a_certificate_must_be_of_a_trusted_root_and_of_the_host() {
    let (sandbox, server) = (Sandbox::new(), server());
    list(&sandbox, &server.url, ROOT).ok();
    assert_eq!(server.asked()[0].header("authorization"), "Bearer over-tls");
    // The right root, another host.
    let other = server.url.replace("localhost", "127.0.0.1");
    list(&sandbox, &other, ROOT).fails(7, &["SCL-0725", "127.0.0.1", "certificate"]);
    // Another root: the server's own certificate is none.
    let leaf = ROOT.replace("ca.pem", "server.pem");
    list(&sandbox, &server.url, &leaf).fails(7, &["SCL-0725", "SSL_CERT_FILE"]);
    list(&sandbox, &server.url, "/none.pem").fails(7, &["SCL-0725", "no root certificates"]);
    assert_eq!(server.asked().len(), 1);
}
