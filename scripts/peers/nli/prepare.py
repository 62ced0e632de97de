"""Saves an entailment model of a usual shape; its head, or all of it, is random.

Arguments: the shape, `minilm` or `bert-base`; the folder of all-MiniLM-L6-v2, whose tokenizer and, for
`minilm`, encoder are taken; where to save.
"""

import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig

shape, weights, folder = sys.argv[1:]
torch.manual_seed(20_130_618)
names = dict(enumerate(["contradiction", "entailment", "neutral"]))
classes = dict(id2label=names, label2id={name: at for at, name in names.items()})
tokenizer = AutoTokenizer.from_pretrained(weights, model_max_length=512)
if shape == "minilm":
    model = AutoModelForSequenceClassification.from_pretrained(weights, num_labels=3, **classes)
else:
    model = AutoModelForSequenceClassification.from_config(BertConfig(**classes))
with torch.no_grad():
    # A head as it is made scores all alike, and any two programs would agree.
    model.classifier.weight *= 100
model.save_pretrained(folder)
tokenizer.save_pretrained(folder)
