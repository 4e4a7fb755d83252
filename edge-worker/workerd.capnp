# The edge worker on plain workerd: one process, its state in a local folder.
#
#   cargo xtask edge
#   cd target/edge/worker
#   SCORELET_MASTER_KEY=... SCORELET_OPERATOR_KEY_SHA256=... workerd serve --directory-path state=/var/lib/scorelet workerd.capnp
#
# docs/deploy.md has the whole recipe.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .edge),
    (name = "state", disk = (path = "state", writable = true, allowDotfiles = false)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "main")],
);

const edge :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "index.js"),
    (name = "./index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  # The same as in wrangler.toml.
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "DIRECTORY", durableObjectNamespace = "Directory"),
    (name = "TENANT", durableObjectNamespace = "Tenant"),
    (name = "SHARD", durableObjectNamespace = "Shard"),
    # Secrets come from the environment and stand in no file.
    (name = "SCORELET_MASTER_KEY", fromEnvironment = "SCORELET_MASTER_KEY"),
    (name = "SCORELET_OPERATOR_KEY_SHA256", fromEnvironment = "SCORELET_OPERATOR_KEY_SHA256"),
    # What is logged: errors, changes (refusals and administration too; the default), requests.
    (name = "SCORELET_LOG", fromEnvironment = "SCORELET_LOG"),
  ],
  # The keys name the folders of the state: they must never change.
  durableObjectNamespaces = [
    (className = "Directory", uniqueKey = "scorelet-directory", enableSql = true),
    (className = "Tenant", uniqueKey = "scorelet-tenant", enableSql = true),
    (className = "Shard", uniqueKey = "scorelet-shard", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "state"),
);
