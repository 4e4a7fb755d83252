//! One instance of the engine: its exports with their types, its memory, its limits.

use wasmtime::{
    InstancePre, Memory, ResourceLimiter, Store, StoreContextMut, Trap, TypedFunc, WasmParams, WasmResults,
};

use super::engine::{Limits, ticks};
use crate::error::{HostError, Result};

/// Version of the raw ABI that this host speaks.
const ABI: u32 = 1;

/// What a store carries: the limits of the job, and whether it ran into the memory cap.
pub(super) struct Job {
    limits: Limits,
    over_memory: bool,
}

impl Job {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, over_memory: false }
    }
}

impl ResourceLimiter for Job {
    fn memory_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let granted = desired <= self.limits.memory;
        self.over_memory |= !granted;
        Ok(granted)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= 20_000)
    }
}

/// The raw ABI's functions, typed. `docs/abi.md` describes each.
pub(super) struct Exports {
    pub alloc: TypedFunc<(u32,), u32>,
    pub free: TypedFunc<(u32, u32), ()>,
    pub open: TypedFunc<(u32, u32, u32), u32>,
    pub close: TypedFunc<(u32,), ()>,
    pub score_json: TypedFunc<(u32, u32, u32, u32), u32>,
    pub columns_in: TypedFunc<(u32, u32), u32>,
    pub events_in: TypedFunc<(u32, u32, u32), u32>,
    pub select: TypedFunc<(u32, u32, u32), u32>,
    pub score_columns: TypedFunc<(u32, u32), u32>,
    pub decide_columns: TypedFunc<(u32, u32, u32), u32>,
    pub contributions: TypedFunc<(u32, u32, u32), u32>,
    pub local: TypedFunc<(u32, u32, u32), u32>,
    pub finish: TypedFunc<(u32, u32, u32, u32, u32, u32), u32>,
    pub describe: TypedFunc<(u32,), u32>,
    pub result_ptr: TypedFunc<(), u32>,
    pub result_len: TypedFunc<(), u32>,
}

/// A running engine in a store of its own.
pub struct Instance {
    store: Store<Job>,
    memory: Memory,
    pub(super) exports: Exports,
}

impl Instance {
    pub(super) fn new(name: &str, pre: &InstancePre<Job>, mut store: Store<Job>) -> Result<Self> {
        arm(&mut store);
        let refuse = |what: String| HostError::Artefact { name: name.to_owned(), what };
        let instance = match pre.instantiate(&mut store) {
            Ok(instance) => instance,
            Err(error) => return Err(stopped(&store, &error)),
        };
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| refuse("it exports no memory".to_owned()))?;
        macro_rules! export {
            ($name:literal) => {
                instance
                    .get_typed_func(&mut store, $name)
                    .map_err(|_| refuse(format!("it has no export `{}` of the right type", $name)))?
            };
        }
        let version: TypedFunc<(), u32> = export!("scl_abi_version");
        let exports = Exports {
            alloc: export!("scl_alloc"),
            free: export!("scl_free"),
            open: export!("scl_open"),
            close: export!("scl_close"),
            score_json: export!("scl_score_json"),
            columns_in: export!("scl_columns_in"),
            events_in: export!("scl_events_in"),
            select: export!("scl_select"),
            score_columns: export!("scl_score_columns"),
            decide_columns: export!("scl_decide_columns"),
            contributions: export!("scl_contributions"),
            local: export!("scl_local"),
            finish: export!("scl_finish"),
            describe: export!("scl_describe"),
            result_ptr: export!("scl_result_ptr"),
            result_len: export!("scl_result_len"),
        };
        let mut instance = Self { store, memory, exports };
        match instance.call(&version, ())? {
            ABI => Ok(instance),
            other => Err(refuse(format!("it speaks ABI version {other}, this tool version {ABI}"))),
        }
    }

    /// Calls an export under the job's deadline and fuel.
    pub(super) fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        function: &TypedFunc<P, R>,
        params: P,
    ) -> Result<R> {
        arm(&mut self.store);
        function.call(&mut self.store, params).map_err(|error| stopped(&self.store, &error))
    }

    /// The engine's linear memory, in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.memory.data_size(&self.store)
    }

    /// `len` bytes at `ptr`.
    pub(super) fn bytes(&self, ptr: u32, len: usize) -> Result<&[u8]> {
        let start = ptr as usize;
        self.memory.data(&self.store).get(start..start.saturating_add(len)).ok_or_else(outside)
    }

    /// `len` bytes at `ptr`, to write.
    pub(super) fn bytes_mut(&mut self, ptr: u32, len: usize) -> Result<&mut [u8]> {
        let start = ptr as usize;
        let store: StoreContextMut<'_, Job> = (&mut self.store).into();
        self.memory.data_mut(store).get_mut(start..start.saturating_add(len)).ok_or_else(outside)
    }

    /// Copies bytes into memory that the engine allocates; give them back with [`Self::free`].
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(u32, u32)> {
        let len = u32::try_from(bytes.len()).map_err(|_| outside())?;
        if len == 0 {
            // The ABI takes no bytes at no address, and its allocator refuses to give none.
            return Ok((0, 0));
        }
        let alloc = self.exports.alloc.clone();
        match self.call(&alloc, (len,))? {
            0 => Err(HostError::OutOfMemory { mib: self.store.data().limits.memory >> 20 }),
            ptr => {
                self.bytes_mut(ptr, bytes.len())?.copy_from_slice(bytes);
                Ok((ptr, len))
            }
        }
    }

    /// Gives memory back.
    pub(super) fn free(&mut self, (ptr, len): (u32, u32)) -> Result<()> {
        let free = self.exports.free.clone();
        self.call(&free, (ptr, len))
    }
}

fn outside() -> HostError {
    HostError::Trap { what: "it named bytes outside its memory".to_owned() }
}

fn arm(store: &mut Store<Job>) {
    let limits = store.data().limits;
    store.set_epoch_deadline(ticks(limits.deadline));
    if let Some(fuel) = limits.fuel {
        // Only fails where fuel is not counted, and then there is none to set.
        let _ = store.set_fuel(fuel);
    }
}

/// A trap in words.
fn stopped(store: &Store<Job>, error: &wasmtime::Error) -> HostError {
    let limits = store.data().limits;
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt) => {
            HostError::Deadline { millis: u64::try_from(limits.deadline.as_millis()).unwrap_or(u64::MAX) }
        }
        Some(Trap::OutOfFuel) => HostError::OutOfFuel { fuel: limits.fuel.unwrap_or(0) },
        // Rust's allocator aborts when memory is refused: the trap says `unreachable`, the limiter knows better.
        _ if store.data().over_memory => HostError::OutOfMemory { mib: limits.memory >> 20 },
        Some(trap) => HostError::Trap { what: trap.to_string() },
        None => HostError::Trap { what: error.to_string() },
    }
}
