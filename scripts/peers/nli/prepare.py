"""Saves an entailment model of a usual shape; its head, or all of it, is random.

Arguments: the shape, one of `minilm`, `bert-base`, `deberta-v3-small` and `bart-base`; the folder of
all-MiniLM-L6-v2, whose tokenizer and, for `minilm`, encoder are taken; where to save.
"""

import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers import BartConfig, BertConfig, DebertaV2Config

shape, weights, folder = sys.argv[1:]
torch.manual_seed(20_130_618)
names = dict(enumerate(["contradiction", "entailment", "neutral"]))
classes = dict(id2label=names, label2id={name: at for at, name in names.items()})
kept = dict(model_max_length=512)
if shape == "bart-base":
    # BART takes no token types.
    kept["model_input_names"] = ["input_ids", "attention_mask"]
tokenizer = AutoTokenizer.from_pretrained(weights, **kept)
special = dict(
    vocab_size=len(tokenizer),
    pad_token_id=tokenizer.pad_token_id,
    bos_token_id=tokenizer.cls_token_id,
    eos_token_id=tokenizer.sep_token_id,
)
CONFIGS = {
    "bert-base": lambda: BertConfig(**classes),
    "deberta-v3-small": lambda: DebertaV2Config(
        **classes,
        vocab_size=len(tokenizer),
        hidden_size=768,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=3072,
        relative_attention=True,
        position_buckets=256,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type="p2c|c2p",
        position_biased_input=False,
        layer_norm_eps=1e-7,
    ),
    "bart-base": lambda: BartConfig(
        **classes,
        **special,
        decoder_start_token_id=tokenizer.sep_token_id,
        forced_eos_token_id=None,
        d_model=768,
        encoder_layers=6,
        decoder_layers=6,
        encoder_attention_heads=12,
        decoder_attention_heads=12,
        encoder_ffn_dim=3072,
        decoder_ffn_dim=3072,
    ),
}
if shape == "minilm":
    model = AutoModelForSequenceClassification.from_pretrained(weights, num_labels=3, **classes)
else:
    model = AutoModelForSequenceClassification.from_config(CONFIGS[shape]())
last = model.classification_head.out_proj if shape == "bart-base" else model.classifier
with torch.no_grad():
    # A head as it is made scores all alike, and any two programs would agree.
    last.weight *= 100
    if shape in ("deberta-v3-small", "bart-base"):
        # Of these networks even such logits differ by class more than by text: that is taken off.
        texts = ["The harvest was good.", "A court has ruled on it.", "Schools open again.", "Prices fell."]
        hypotheses = [f"This text is about {name}." for name in ("trade", "law", "education", "energy and climate")]
        pairs = tokenizer(texts * 4, [one for one in hypotheses for _ in texts], padding=True, return_tensors="pt")
        logits = model.eval()(**{name: pairs[name] for name in tokenizer.model_input_names}).logits
        spread = logits.std(0).mean()
        last.weight /= spread
        last.bias.copy_((last.bias - logits.mean(0)) / spread)
model.save_pretrained(folder)
tokenizer.save_pretrained(folder)
