# The empty worker on plain workerd, set up as the edge worker is.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .empty),
    (name = "state", disk = (path = "state", writable = true, allowDotfiles = false)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const empty :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "index.js"),
    (name = "./index_bg.wasm", wasm = embed "index_bg.wasm"),
  ],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "SHARD", durableObjectNamespace = "Shard")],
  durableObjectNamespaces = [(className = "Shard", uniqueKey = "empty-shard", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
);
