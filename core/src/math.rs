//! Every transcendental function of the engine.
//!
//! std's `exp`, `ln`, `tanh` call the platform's library: they differ between a native build and WebAssembly in up to
//! a tenth of all inputs. These go through `libm`, compiled from the same source for every target, so a score has the
//! same bits everywhere. clippy refuses the std methods elsewhere (`clippy.toml`).

/// e^x.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// Natural logarithm.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// ln(1 + x).
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// Hyperbolic tangent.
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
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

/// Cosine.
pub fn cos(x: f64) -> f64 {
    libm::cos(x)
}
