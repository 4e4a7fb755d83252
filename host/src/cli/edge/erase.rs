//! `scorelet edge erase` and `scorelet edge purge`.

use std::io::Read;
use std::path::PathBuf;

use serde_json::json;

use super::args::EraseArgs;
use super::{Worker, show};
use crate::edge::{Call, Content, Method, Route};
use crate::error::{HostError, Result};

/// Most bytes of an applicant's reference on standard input.
const REFERENCE: u64 = 4096;

pub(super) fn erase(worker: &Worker, args: &EraseArgs) -> Result<u8> {
    let applicant = match args.applicant.as_str() {
        "-" => {
            let mut text = String::new();
            (std::io::stdin().lock().take(REFERENCE).read_to_string(&mut text))
                .map_err(|error| HostError::Read { path: PathBuf::from("stdin"), error })?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        text => text.to_owned(),
    };
    if applicant.is_empty() {
        return Err(HostError::Usage {
            what: "there is no applicant".to_owned(),
            mend: "give the reference that decisions were asked for with".to_owned(),
        });
    }
    let content = Content::Json(json!({"applicant": applicant}));
    let call = Call::idempotent(Method::Post, Route::new(&["v1", "erasures"]), content);
    worker.show(&worker.client.json(&call)?, show::pairs)
}

pub(super) fn purge(worker: &Worker) -> Result<u8> {
    let route = Route::new(&["v1", "admin", "purge"]);
    let call = Call::idempotent(Method::Post, route, Content::Nothing);
    worker.show(&worker.client.json(&call)?, show::pairs)
}
