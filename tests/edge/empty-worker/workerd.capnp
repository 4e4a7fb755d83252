# The empty worker on plain workerd. Its folder comes by --directory-path=state=FOLDER, its port by --socket-addr=http=ADDRESS.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "state", disk = (writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "../../../target/empty-worker/index.js"),
    (name = "index_bg.wasm", wasm = embed "../../../target/empty-worker/index_bg.wasm"),
  ],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [(className = "Shard", uniqueKey = "empty-shard", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
  bindings = [(name = "SHARDS", durableObjectNamespace = "Shard")],
);
