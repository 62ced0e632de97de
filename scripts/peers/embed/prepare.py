"""The model in the forms that the peers read: a sentence-transformers folder and ONNX files."""

import shutil
import sys
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer, models
from transformers import AutoModel, BertTokenizerFast


def folder(weights, target):
    """What `save_pretrained` writes, with the vocabulary that rust-bert asks for."""
    tokenizer = BertTokenizerFast(tokenizer_file=str(weights / "tokenizer.json"), model_max_length=256)
    network = AutoModel.from_pretrained(str(weights))
    network.save_pretrained(str(target))
    tokenizer.save_pretrained(str(target))
    transformer = models.Transformer(str(target), max_seq_length=256)
    pooling = models.Pooling(transformer.get_word_embedding_dimension(), pooling_mode="mean")
    model = SentenceTransformer(modules=[transformer, pooling, models.Normalize()], device="cpu")
    model.save_pretrained(str(target), create_model_card=False)
    words = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (target / "vocab.txt").write_text("".join(f"{word}\n" for word, _ in words))


class Hidden(torch.nn.Module):
    """Token vectors, pooled by whoever runs it."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.network(input_ids, attention_mask, token_type_ids).last_hidden_state


class Pooled(Hidden):
    """Sentence vectors: the mean and the norm are in the graph, where a runtime can fuse them."""

    def forward(self, input_ids, attention_mask, token_type_ids):
        hidden = super().forward(input_ids, attention_mask, token_type_ids)
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * mask).sum(1) / mask.sum(1)
        return torch.nn.functional.normalize(mean, dim=1)


def export(module, output, axes, path):
    inputs = ["input_ids", "attention_mask", "token_type_ids"]
    ones = torch.ones(2, 8, dtype=torch.long)
    torch.onnx.export(
        module,
        (ones, ones, ones * 0),
        str(path),
        input_names=inputs,
        output_names=[output],
        dynamic_axes={name: {0: "batch", 1: "length"} for name in inputs} | {output: axes},
        opset_version=17,
    )


def fuse(path, target, config):
    """ONNX Runtime's own rewriting for BERT: fused attention, GELU and LayerNorm."""
    from onnxruntime.transformers.optimizer import optimize_model

    fused = optimize_model(
        str(path), model_type="bert", num_heads=config.num_attention_heads, hidden_size=config.hidden_size
    )
    print(path.name, fused.get_fused_operator_statistics(), file=sys.stderr)
    fused.save_model_to_file(str(target))


def prepare(weights, target):
    """Fills `target`, which appears when all is in it."""
    part = target.with_name(target.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    (part / "onnx").mkdir(parents=True)
    folder(weights, part / "model")
    # The plain form of attention is the one that runtimes recognize.
    network = AutoModel.from_pretrained(str(part / "model"), attn_implementation="eager", add_pooling_layer=False)
    network.eval()
    export(Hidden(network), "last_hidden_state", {0: "batch", 1: "length"}, part / "onnx/hidden.onnx")
    export(Pooled(network), "sentence_embedding", {0: "batch"}, part / "onnx/pooled.onnx")
    for name in ("hidden", "pooled"):
        fuse(part / f"onnx/{name}.onnx", part / f"onnx/{name}-fused.onnx", network.config)
    part.rename(target)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
