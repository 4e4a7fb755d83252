//! Every transcendental function of the engine.
//!
//! std's `exp`, `ln`, `tanh` call the platform's library: they differ between a native build and WebAssembly in up to
//! a tenth of all inputs. These go through `libm`, compiled from the same source for every target, so a score has the
//! same bits everywhere. clippy refuses the std methods elsewhere (`clippy.toml`).
//!
//! They are not inlined: each is hundreds of instructions, and a copy in every loop that calls one cost 20 KB of wasm.

/// e^x.
#[inline(never)]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
#[inline(never)]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// Logarithm to base 10.
#[inline(never)]
pub fn log10(x: f64) -> f64 {
    libm::log10(x)
}

/// x^y.
#[inline(never)]
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// ln(1 + x).
#[inline(never)]
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Hyperbolic tangent.
#[inline(never)]
pub fn tanh(x: f64) -> f64 {
    libm::tanh(x)
}

/// 1 / (1 + e^-x), without overflow for any finite x.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let e = exp(x);
        e / (1.0 + e)
    }
}

/// Standard normal distribution function (the inverse of the probit link).
#[inline(never)]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

/// e^x − 1, exact near 0.
#[inline(never)]
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// ln(1 + e^x), without overflow for any finite x.
pub fn log_one_plus_exp(x: f64) -> f64 {
    if x > 0.0 { x + ln_1p(exp(-x)) } else { ln_1p(exp(x)) }
}

/// `x` limited to `[lo, hi]`; NaN stays. Unlike the std method it cannot panic.
pub fn clamp(x: f64, lo: f64, hi: f64) -> f64 {
    if x < lo {
        lo
    } else if x > hi {
        hi
    } else {
        x
    }
}
