//! `scorelet edge keygen`: the two secrets that a new worker needs.

use sha2::{Digest, Sha256};

use super::args::KeygenArgs;
use super::term;
use crate::cli::keys::{random, with_suffix, write_new};
use crate::error::{HostError, Result, exit};
use crate::runtime::hex;

pub(super) fn run(args: &KeygenArgs) -> Result<u8> {
    let (env_path, key_path) = (with_suffix(&args.name, "env"), with_suffix(&args.name, "key"));
    if key_path.exists() {
        return Err(HostError::Exists { path: key_path });
    }
    let master = hex(&random()?);
    let operator = format!("scl_op_{}", hex(&random()?));
    let digest = hex(&Sha256::digest(operator.as_bytes()));
    // The worker knows the operator's key by its digest only: who reads the worker's environment cannot act as operator.
    let env = format!("SCORELET_MASTER_KEY={master}\nSCORELET_OPERATOR_KEY_SHA256={digest}\n");
    write_new(&env_path, &env, true)?;
    write_new(&key_path, &format!("{operator}\n"), true)?;
    term::print(&format!(
        "worker's environment  {}   SCORELET_MASTER_KEY (all secrets of all tenants come from it: back it up)\n\
         {:pad$}  and SCORELET_OPERATOR_KEY_SHA256\n\
         operator's key        {}   for --key-file, or SCORELET_EDGE_KEY\n",
        env_path.display(),
        "",
        key_path.display(),
        pad = 22 + env_path.display().to_string().len() + 1,
    ))?;
    Ok(exit::OK)
}
