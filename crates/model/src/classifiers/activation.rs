//! Activations by the names that configurations give them.

use kernels::Activation;

/// The activation that `key` of a configuration names.
pub(super) fn named(key: &str, name: &str) -> Result<Activation, String> {
    match name {
        "gelu" | "gelu_python" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_fast" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        "silu" | "swish" => Ok(Activation::Silu),
        "tanh" => Ok(Activation::Tanh),
        "linear" => Ok(Activation::Identity),
        other => Err(format!(
            "{key} '{other}' is not supported; supported: gelu, gelu_python, gelu_new, gelu_fast, \
             gelu_pytorch_tanh, relu, silu, swish, tanh, linear"
        )),
    }
}
