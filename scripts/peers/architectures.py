"""Small random-weight models in Hugging Face layout with their vectors, for the encoder's tests.

Each folder of crates/model/tests/fixtures/architectures/ is what `SentenceTransformer.save_pretrained`
writes, beside `texts.json`, `token_ids.json` (what the encoder gets: prompt and special ids included)
and `vectors.npy`. The models know nothing; they differ in all that an encoder must read from a folder.
"""

import json
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy
import small_tokenizers
import torch
from scatter import scatter
from sentence_transformers import SentenceTransformer, models
from transformers import AutoModel, PretrainedConfig, PreTrainedTokenizerFast
from transformers import AlbertConfig, BertConfig, DistilBertConfig, MPNetConfig, RobertaConfig, XLMRobertaConfig

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "crates/model/tests/fixtures/architectures"

HARD = [
    "",
    "river",
    "?!… — (…)",
    "求是杂志：中国的改革与开放。",
    "Naïve café in Zürich; déjà vu, Ærø, ﬁne ½ ÉTÉ",
    "  White space\tat both ends \n",
    "Unseen 🐼 and ☯ stay UNKNOWN",
]
PROMPTS = {"query": "query: ", "passage": "passage: "}


@dataclass
class Recipe:
    """What one folder holds."""

    name: str
    config: PretrainedConfig
    tokenizer: PreTrainedTokenizerFast
    pooling: str
    max_length: int
    dense: dict | None = None
    normalize: bool = False
    lower: bool = False
    prompts: dict = field(default_factory=dict)
    # How they are stored: "safetensors", "bin" (a pickled state dict) or "f16" (safetensors too).
    weights: str = "safetensors"


def recipes(corpus):
    """The folders, each with a tokenizer trained on the corpus."""
    words = small_tokenizers.bert(corpus, size=320)
    yield Recipe(
        "bert",
        BertConfig(
            vocab_size=len(words),
            hidden_size=48,
            num_attention_heads=4,
            num_hidden_layers=2,
            intermediate_size=64,
            max_position_embeddings=80,
        ),
        words,
        pooling="mean",
        max_length=72,
        normalize=True,
    )
    words = small_tokenizers.bert(corpus, size=240)
    smaller = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_attention_heads=4,
        num_hidden_layers=2,
        intermediate_size=52,
        max_position_embeddings=64,
    )
    for weights in ("bin", "f16"):
        yield Recipe(f"bert-{weights}", smaller, words, pooling="mean", max_length=64, weights=weights)

    words = small_tokenizers.roberta(corpus, size=330)
    yield Recipe(
        "roberta",
        RobertaConfig(
            vocab_size=len(words),
            hidden_size=64,
            num_attention_heads=2,
            num_hidden_layers=2,
            intermediate_size=64,
            max_position_embeddings=80,
            type_vocab_size=1,
            layer_norm_eps=1e-5,
        ),
        # All positions but the two that RoBERTa leaves out.
        words,
        pooling="cls",
        max_length=78,
        dense=dict(out_features=40, bias=True, activation_function=torch.nn.Tanh()),
    )

    words = small_tokenizers.xlm_roberta(corpus, size=500)
    yield Recipe(
        "xlm-roberta",
        XLMRobertaConfig(
            vocab_size=len(words),
            hidden_size=32,
            num_attention_heads=2,
            num_hidden_layers=3,
            intermediate_size=64,
            max_position_embeddings=80,
            type_vocab_size=1,
            layer_norm_eps=1e-5,
            hidden_act="relu",
        ),
        words,
        pooling="mean",
        max_length=76,
        normalize=True,
        prompts=PROMPTS,
    )

    words = small_tokenizers.distilbert(corpus, size=360)
    yield Recipe(
        "distilbert",
        DistilBertConfig(
            vocab_size=len(words),
            dim=40,
            n_heads=5,
            n_layers=2,
            hidden_dim=72,
            max_position_embeddings=64,
        ),
        # Lowered before the tokenizer, which minds case.
        words,
        pooling="mean_sqrt_len_tokens",
        max_length=64,
        lower=True,
    )

    words = small_tokenizers.albert(corpus, size=500)
    yield Recipe(
        "albert",
        AlbertConfig(
            vocab_size=len(words),
            embedding_size=24,
            hidden_size=48,
            num_attention_heads=4,
            num_hidden_layers=3,
            intermediate_size=96,
            max_position_embeddings=80,
            hidden_act="gelu_new",
            pad_token_id=0,
        ),
        words,
        pooling="max",
        max_length=70,
        dense=dict(out_features=56, bias=False, activation_function=torch.nn.Identity()),
        normalize=True,
    )

    words = small_tokenizers.mpnet(corpus, size=340)
    yield Recipe(
        "mpnet",
        MPNetConfig(
            vocab_size=len(words),
            hidden_size=48,
            num_attention_heads=6,
            num_hidden_layers=2,
            intermediate_size=64,
            max_position_embeddings=80,
            layer_norm_eps=1e-5,
        ),
        words,
        pooling="mean",
        max_length=75,
    )


def build(recipe):
    """The recipe's modules, as sentence-transformers chains them."""
    generator = torch.Generator().manual_seed(20_110_920)
    with tempfile.TemporaryDirectory() as folder:
        network = AutoModel.from_config(recipe.config)
        scatter(network, generator)
        network.save_pretrained(folder)
        recipe.tokenizer.save_pretrained(folder)
        transformer = models.Transformer(folder, max_seq_length=recipe.max_length, do_lower_case=recipe.lower)
    # Else the saved files would name the temporary folder.
    transformer.auto_model.config._name_or_path = ""
    chain = [transformer, models.Pooling(transformer.get_word_embedding_dimension(), pooling_mode=recipe.pooling)]
    if recipe.dense:
        dense = models.Dense(in_features=recipe.config.hidden_size, **recipe.dense)
        scatter(dense, generator)
        chain.append(dense)
    if recipe.normalize:
        chain.append(models.Normalize())
    default = "passage" if recipe.prompts else None
    return SentenceTransformer(modules=chain, device="cpu", prompts=recipe.prompts or None, default_prompt_name=default)


def ids(model, texts, prompt):
    """What the encoder gets for each text."""
    return [model.tokenize([prompt + text])["input_ids"][0].tolist() for text in texts]


def choose(model, prompt, limit, sentences):
    """Hard texts, sentences that fit, and one text that comes as near the limit as whole words can."""
    lengths = [len(i) for i in ids(model, sentences, prompt)]
    fitting = sorted(pair for pair in zip(lengths, sentences) if pair[0] < limit)
    texts = HARD + [s for _, s in fitting[:: len(fitting) // 5][:5]]
    longest = ""
    for word in " ".join(sentences).split():
        # The tokenizer cuts at the limit, so just that many ids could be a longer text's.
        if len(ids(model, [f"{longest} {word}"], prompt)[0]) >= limit:
            break
        longest = f"{longest} {word}".strip()
    return [*texts, longest]


def write(path, rows):
    lines = ",\n".join(" " + json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n")


def make(recipe, sentences):
    folder = FIXTURES / recipe.name
    model = build(recipe)
    if recipe.weights == "f16":
        model.half()
    model.save_pretrained(str(folder), create_model_card=False, safe_serialization=recipe.weights != "bin")
    # Read back: the vectors are the files' own.
    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"torch_dtype": torch.float32}).eval()

    default = recipe.prompts.get("passage", "")
    texts = choose(model, default, recipe.max_length, sentences)
    write(folder / "texts.json", texts)
    write(folder / "token_ids.json", ids(model, texts, default))
    vectors = model.encode(texts, batch_size=1, convert_to_numpy=True)
    numpy.save(folder / "vectors.npy", vectors.astype("<f4"))
    if recipe.prompts:
        write(folder / "token_ids_query.json", ids(model, texts, recipe.prompts["query"]))
        query = model.encode(texts, batch_size=1, convert_to_numpy=True, prompt_name="query")
        numpy.save(folder / "vectors_query.npy", query.astype("<f4"))

    unit = vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)
    between = (unit @ unit.T)[numpy.triu_indices(len(unit), 1)]
    lengths = [len(i) for i in ids(model, texts, default)]
    size = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    print(
        f"{recipe.name}: {vectors.shape}, {min(lengths)} to {max(lengths)} ids of {recipe.max_length}, "
        f"cosines between texts {between.min():.2f} to {between.max():.2f}, {size // 1000} kB"
    )


def main():
    torch.use_deterministic_algorithms(True)
    pieces = [p.read_text() for p in sorted((ROOT / "corpus").glob("*-demo.txt"))]
    paragraphs = [p for piece in pieces for p in piece.split("\n\n")]
    sentences = [s for p in paragraphs if len(p) > 200 for s in re.split(r"(?<=[.?!]) ", p)]
    shutil.rmtree(FIXTURES, ignore_errors=True)
    for recipe in recipes(paragraphs + HARD[3:5]):
        make(recipe, sentences)


main()
