"""Small random sequence classifiers in Hugging Face layout with their zero-shot scores, for the tests.

Each folder crates/model/tests/fixtures/classifiers/<model type>/<order of classes>/ is what
`save_pretrained` writes, beside `expected.json`: premises, labels, template, and what transformers makes
of them. All orders of a model type have the same weights, with the rows of the last layer put in the
order; of two classes, "not_entailment" has the weights of "contradiction".
"""

import json
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import small_tokenizers
import torch
from scatter import scatter
from tokenizers import processors
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PretrainedConfig, pipeline
from transformers import AlbertConfig, BartConfig, BertConfig, DebertaConfig, DebertaV2Config, DistilBertConfig
from transformers import MobileBertConfig, MPNetConfig, RobertaConfig, XLMRobertaConfig, XLNetConfig

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "crates/model/tests/fixtures/classifiers"

TEMPLATE = "This text is about {}."
LABELS = ["water and land", "law", "schools", "trade with neighbors", "Zürich cafés"]
HARD = ["river", "?!… — (…)", "求是杂志：中国的改革与开放。", "  White space\tat both ends \n", "Unseen 🐼 and ☯ stay UNKNOWN"]
ORDERS = [
    ["contradiction", "neutral", "entailment"],
    ["contradiction", "entailment", "neutral"],
    ["entailment", "neutral", "contradiction"],
    ["entailment", "not_entailment"],
]
# The class whose weights a class has, among those of the first order.
WEIGHTS = {"contradiction": 0, "neutral": 1, "entailment": 2, "not_entailment": 0}
POSITIONS = 128


@dataclass
class Recipe:
    """A model type: its configuration but for vocabulary and classes, and how its tokenizer is made."""

    config: type[PretrainedConfig]
    tokenizer: Callable
    size: int
    sizes: dict
    # The layer that gives the logits.
    last: str = "classifier"
    # How two texts are framed, and what that names; none where the tokenizer knows it.
    pair: str | None = None
    special: tuple[str, ...] = field(default_factory=tuple)
    # What the layers' matrices are multiplied by, where no normalization keeps numbers small: else all
    # attention goes to one token, and rounding decides which.
    quiet: float = 1.0


BERT = dict(hidden_size=16, num_attention_heads=2, num_hidden_layers=2, intermediate_size=24)
ROBERTA = dict(**BERT, max_position_embeddings=POSITIONS + 2, type_vocab_size=1, layer_norm_eps=1e-5)
BARE = dict(pair="<s> $A </s> </s> $B </s>", special=("<s>", "</s>"))
DEBERTA = dict(
    **BERT,
    max_position_embeddings=POSITIONS,
    relative_attention=True,
    position_biased_input=False,
    pos_att_type="c2p|p2c",
    type_vocab_size=0,
)
# Far fewer buckets than positions, so that distances of some words already share one.
BUCKETS = dict(**DEBERTA, position_buckets=8, share_att_key=True, norm_rel_ebd="layer_norm")

RECIPES = {
    "bert": Recipe(BertConfig, small_tokenizers.bert, 200, dict(**BERT, max_position_embeddings=POSITIONS)),
    "roberta": Recipe(RobertaConfig, small_tokenizers.roberta, 320, ROBERTA, last="classifier.out_proj"),
    "xlm-roberta": Recipe(
        XLMRobertaConfig, small_tokenizers.xlm_roberta, 260, ROBERTA, last="classifier.out_proj", **BARE
    ),
    "distilbert": Recipe(
        DistilBertConfig,
        small_tokenizers.distilbert,
        200,
        dict(dim=16, n_heads=2, n_layers=2, hidden_dim=24, max_position_embeddings=POSITIONS),
    ),
    "albert": Recipe(
        AlbertConfig,
        small_tokenizers.albert,
        260,
        dict(**BERT, embedding_size=12, max_position_embeddings=POSITIONS, hidden_act="gelu_new", pad_token_id=0),
    ),
    "mpnet": Recipe(
        MPNetConfig,
        small_tokenizers.mpnet,
        200,
        dict(**BERT, max_position_embeddings=POSITIONS + 2, layer_norm_eps=1e-5),
        last="classifier.out_proj",
        **BARE,
    ),
    "deberta": Recipe(DebertaConfig, small_tokenizers.deberta, 330, DEBERTA),
    "deberta-v2": Recipe(DebertaV2Config, small_tokenizers.deberta_v2, 260, BUCKETS),
    # As the larger models of the second version have it.
    "deberta-v2-convolution": Recipe(
        DebertaV2Config, small_tokenizers.deberta_v2, 260, dict(**BUCKETS, conv_kernel_size=3, conv_act="gelu")
    ),
    "bart": Recipe(
        BartConfig,
        small_tokenizers.bart,
        320,
        dict(
            d_model=16,
            encoder_layers=2,
            decoder_layers=2,
            encoder_attention_heads=2,
            decoder_attention_heads=2,
            encoder_ffn_dim=24,
            decoder_ffn_dim=24,
            max_position_embeddings=POSITIONS,
        ),
        last="classification_head.out_proj",
    ),
    "mobilebert": Recipe(
        MobileBertConfig,
        small_tokenizers.mobilebert,
        200,
        dict(
            hidden_size=24,
            embedding_size=12,
            intra_bottleneck_size=16,
            num_attention_heads=2,
            num_hidden_layers=2,
            intermediate_size=20,
            num_feedforward_networks=2,
            max_position_embeddings=POSITIONS,
        ),
        quiet=0.6,
    ),
    "xlnet": Recipe(
        XLNetConfig, small_tokenizers.xlnet, 260, dict(d_model=16, n_layer=2, n_head=2, d_inner=24), last="logits_proj"
    ),
}


def tokenizer_of(recipe, corpus):
    """A tokenizer trained on the corpus that frames pairs as the model type's own does."""
    tokenizer = recipe.tokenizer(corpus, size=recipe.size)
    tokenizer.model_max_length = POSITIONS
    if recipe.pair:
        single = recipe.pair.split("$A")[0] + "$A" + recipe.pair.rsplit("$B")[-1]
        ids = [(piece, tokenizer.convert_tokens_to_ids(piece)) for piece in recipe.special]
        tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
            single=single, pair=recipe.pair, special_tokens=ids
        )
    return tokenizer


def network(recipe, tokenizer, classes):
    """A model whose last layer has, for each class, the weights that all orders give it."""
    names = dict(enumerate(classes))
    config = recipe.config(
        vocab_size=len(tokenizer),
        id2label=names,
        label2id={name: at for at, name in names.items()},
        **recipe.sizes,
    )
    # Three classes first: the random numbers must be the same for all orders.
    config.num_labels, kept = 3, (config.id2label, config.label2id)
    model = AutoModelForSequenceClassification.from_config(config)
    scatter(model, torch.Generator().manual_seed(20_130_618))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if recipe.quiet != 1 and ".layer." in name and parameter.dim() == 2:
                parameter.mul_(recipe.quiet)
    last = model.get_submodule(recipe.last)
    rows = [WEIGHTS[name] for name in classes]
    # Logits as far apart as trained ones.
    last.weight = torch.nn.Parameter(12 * last.weight[rows].detach())
    last.bias = torch.nn.Parameter(last.bias[rows].detach())
    last.out_features = len(classes)
    model.config.id2label, model.config.label2id = kept
    return model


def expected(folder, premises):
    """What transformers makes of the folder's own files."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, torch_dtype=torch.float32).eval()
    ask = pipeline("zero-shot-classification", model=model, tokenizer=tokenizer, device="cpu")

    def scores(premise, multi_label):
        found = ask(premise, LABELS, hypothesis_template=TEMPLATE, multi_label=multi_label)
        by_label = dict(zip(found["labels"], found["scores"]))
        return [round(by_label[label], 7) for label in LABELS]

    def logits(premise, label):
        pair = tokenizer(premise, TEMPLATE.format(label), return_tensors="pt")
        assert pair["input_ids"].shape[1] <= POSITIONS, f"too long: {premise}"
        with torch.no_grad():
            found = model(**{name: pair[name] for name in tokenizer.model_input_names})
        return [round(value, 6) for value in found.logits[0].tolist()]

    return {
        "template": TEMPLATE,
        "labels": LABELS,
        "premises": premises,
        "logits": [[logits(premise, label) for label in LABELS] for premise in premises],
        "single_label": [scores(premise, False) for premise in premises],
        "multi_label": [scores(premise, True) for premise in premises],
    }


def make(name, recipe, corpus, premises):
    tokenizer = tokenizer_of(recipe, corpus)
    for classes in ORDERS:
        folder = FIXTURES / name / "-".join(classes)
        network(recipe, tokenizer, classes).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        found = expected(folder, premises)
        rows = ",\n".join(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in found.items())
        (folder / "expected.json").write_text(f"{{\n{rows}\n}}\n")
        spread = [max(scores) - min(scores) for scores in found["single_label"]]
        winners = {scores.index(max(scores)) for scores in found["single_label"]}
        size = sum(f.stat().st_size for f in folder.iterdir())
        print(
            f"{name}, {', '.join(classes)}: scores of a premise differ by {min(spread):.3f} to {max(spread):.3f}, "
            f"{len(winners)} labels win, {size // 1000} kB"
        )
        # Where all scores are alike, a wrong scorer would pass.
        assert max(spread) > 0.2 and len(winners) > 1, f"{name}: the scores are too much alike"


def main():
    torch.use_deterministic_algorithms(True)
    pieces = [p.read_text() for p in sorted((ROOT / "corpus").glob("*-demo.txt"))]
    paragraphs = [p for piece in pieces for p in piece.split("\n\n")]
    sentences = [s for p in paragraphs if len(p) > 200 for s in re.split(r"(?<=[.?!]) ", p)]
    short = [s for s in sentences if 40 < len(s) < 75]
    premises = HARD + short[:: len(short) // 5][:5]
    for name in sys.argv[1:] or RECIPES:
        shutil.rmtree(FIXTURES / name, ignore_errors=True)
        make(name, RECIPES[name], paragraphs + HARD[1:3] + LABELS, premises)


main()
