"""Random weights under which texts differ."""

import torch


def scatter(module, generator):
    """Random parameters, wide enough that attention is uneven and texts differ."""
    for name, parameter in module.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        with torch.no_grad():
            if "LayerNorm" in name or "layer_norm" in name:
                # Scales about 1; small offsets, since all texts share them.
                parameter.copy_(1 + 0.3 * noise if name.endswith("weight") else 0.1 * noise)
            elif "word_embeddings" in name or "relative_attention_bias" in name:
                parameter.copy_(noise)
            else:
                parameter.copy_(0.3 * noise)
