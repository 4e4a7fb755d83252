//! wasmtime's engine with our limits, and modules compiled for it.

use std::time::Duration;

use wasmtime::{
    Config, Engine, InstanceAllocationStrategy, InstancePre, Linker, OptLevel, PoolingAllocationConfig, Store,
};

use super::artefact::Artefact;
use super::cache::SealedFolder;
use super::instance::{Instance, Job};
use crate::error::{HostError, Result};

/// How often the clock that enforces deadlines ticks.
const TICK: Duration = Duration::from_millis(10);

/// What a job may use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Longest run of one call into the engine.
    pub deadline: Duration,
    /// Most linear memory of one instance, in bytes.
    pub memory: usize,
    /// Most instances alive at once.
    pub instances: u32,
    /// Fuel of one call; `None` counts none, which is faster.
    pub fuel: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(60), memory: 1 << 30, instances: 64, fuel: None }
    }
}

/// A wasmtime engine with a clock thread.
pub struct Runtime {
    engine: Engine,
    limits: Limits,
    folder: Option<SealedFolder>,
}

impl Runtime {
    /// An engine for `artefact` under `limits`. Compiled code comes from the user's cache where it can.
    pub fn new(artefact: &Artefact, limits: Limits) -> Result<Self> {
        Self::with_cache(artefact, limits, true)
    }

    /// The same; `cached` says whether the disk cache may be used.
    pub fn with_cache(artefact: &Artefact, limits: Limits, cached: bool) -> Result<Self> {
        let settings = format!("fuel {}", limits.fuel.is_some());
        let folder = cached.then(|| SealedFolder::open(&artefact.sha256(), &settings)).flatten();
        let mut config = Config::new();
        config
            .cranelift_opt_level(OptLevel::Speed)
            .epoch_interruption(true)
            .consume_fuel(limits.fuel.is_some())
            .wasm_simd(true)
            // Relaxed SIMD may round differently on different processors.
            .wasm_relaxed_simd(false)
            .wasm_memory64(false)
            .cache(folder.as_ref().and_then(SealedFolder::cache));
        let mut pool = PoolingAllocationConfig::new();
        pool.total_core_instances(limits.instances)
            .total_memories(limits.instances)
            .total_tables(limits.instances)
            // The job's limiter holds the cap; a slot that is smaller than a module would refuse it with a riddle.
            .max_memory_size(limits.memory.max(16 << 20))
            // Giving pages back at once makes a fresh instance ten times cheaper than wiping them by hand.
            .linear_memory_keep_resident(0)
            .table_keep_resident(0);
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
        let engine = Engine::new(&config).or_else(|_| {
            // A system with little address space (ulimit -v, some containers) has no room for the pool.
            config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
            Engine::new(&config)
        });
        let engine = engine.map_err(|e| HostError::Runtime { what: format!("{e:#}") })?;
        start_clock(&engine);
        Ok(Self { engine, limits, folder })
    }

    /// Compiles an artefact, or takes it from the cache. A module with imports is refused: the engine has none.
    pub fn load(&self, artefact: &Artefact) -> Result<Module> {
        self.compile(artefact, false)
    }

    /// The same for an artefact with bindings around the engine: its imports trap when they are called.
    pub fn load_with_trapping_imports(&self, artefact: &Artefact) -> Result<Module> {
        self.compile(artefact, true)
    }

    fn compile(&self, artefact: &Artefact, imports_trap: bool) -> Result<Module> {
        let refuse = |what: String| HostError::Artefact { name: artefact.name.clone(), what };
        let module = wasmtime::Module::from_binary(&self.engine, &artefact.bytes)
            .map_err(|e| refuse(format!("{e:#}")))?;
        if let Some(folder) = &self.folder {
            folder.seal();
        }
        let imports: Vec<String> =
            module.imports().map(|import| format!("{}.{}", import.module(), import.name())).collect();
        let mut linker = Linker::new(&self.engine);
        if imports_trap {
            linker.define_unknown_imports_as_traps(&module).map_err(|e| refuse(format!("{e:#}")))?;
        } else if let Some(first) = imports.first() {
            return Err(refuse(format!("it imports `{first}`, and the engine has no imports")));
        }
        let pre = linker.instantiate_pre(&module).map_err(|e| refuse(format!("{e:#}")))?;
        Ok(Module { name: artefact.name.clone(), imports, limits: self.limits, pre })
    }
}

/// A compiled artefact, ready to be instantiated in microseconds.
#[derive(Clone)]
pub struct Module {
    name: String,
    imports: Vec<String>,
    limits: Limits,
    pre: InstancePre<Job>,
}

impl Module {
    /// The artefact's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it imports, as `module.name`.
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// A fresh instance in a store of its own: nothing of an earlier job is left in it.
    pub fn instantiate(&self) -> Result<Instance> {
        let mut store = Store::new(self.pre.module().engine(), Job::new(self.limits));
        store.limiter(|job| job);
        store.epoch_deadline_trap();
        Instance::new(&self.name, &self.pre, store)
    }
}

/// Advances an engine's epoch in a thread of its own, which ends with the engine: with the last runtime, module or
/// instance that uses it.
fn start_clock(engine: &Engine) {
    let engine = engine.weak();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(TICK);
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    });
}

/// Ticks that a deadline is worth; one more, since the first tick may come at once.
pub(super) fn ticks(deadline: Duration) -> u64 {
    u64::try_from(deadline.as_millis().div_ceil(TICK.as_millis())).unwrap_or(u64::MAX >> 1) + 1
}
