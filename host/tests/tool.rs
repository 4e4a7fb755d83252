//! The real binary, each test in a folder of its own.

#![allow(missing_docs, reason = "tests")]

mod tool {
    mod author;
    mod certify;
    mod edge;
    mod edge_refused;
    mod edge_server;
    mod edge_tls;
    mod events;
    mod explain;
    mod forecast;
    mod formats;
    mod import;
    mod limits;
    mod notice;
    mod reference;
    mod refused;
    mod rows;
    mod sandbox;
    mod simulate;
    mod stages;
    mod trainers;
}
