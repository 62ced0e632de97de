"""Tokenizers of a few hundred pieces, one a family, with pieces from the texts given."""

from collections import Counter
from math import log

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    AlbertTokenizerFast,
    BartTokenizerFast,
    BertTokenizerFast,
    DebertaTokenizerFast,
    DebertaV2TokenizerFast,
    DistilBertTokenizerFast,
    MobileBertTokenizerFast,
    MPNetTokenizerFast,
    RobertaTokenizerFast,
    XLMRobertaTokenizerFast,
    XLNetTokenizerFast,
)

LONGEST = 8


def frame(tokenizer, begin, end):
    """Puts the special pieces around a text."""
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} $B:1 {end}:1",
        special_tokens=[(piece, tokenizer.token_to_id(piece)) for piece in (begin, end)],
    )


def substrings(words):
    """How often each part of a word occurs, with whether it begins one."""
    counts = Counter()
    for word, times in Counter(words).items():
        for start in range(len(word)):
            for end in range(start + 1, min(start + LONGEST, len(word)) + 1):
                counts[word[start:end], start == 0] += times
    return counts


def ranked(counts, letters, size):
    """Single characters by count, then the parts that save most; equals by name, so that every run agrees.

    The library's own trainers leave the order of equals to chance.
    """
    single = sorted((p for p in counts if len(p[0]) == 1), key=lambda p: (-counts[p], p))[:letters]
    longer = sorted((p for p in counts if len(p[0]) > 1), key=lambda p: (-counts[p] * (len(p[0]) - 1), p))
    return [*single, *longer[: size - len(single)]]


def words_of(tokenizer, texts):
    """The words that the tokenizer's first two stages make of the texts."""
    normal = (tokenizer.normalizer.normalize_str(text) for text in texts)
    return [word for text in normal for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text)]


def wordpiece(texts, size, special, lower):
    """WordPiece as BERT has it; the alphabet is cut so that some characters stay unknown."""
    tokenizer = Tokenizer(models.WordPiece())
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lower)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    parts = ranked(substrings(words_of(tokenizer, texts)), 130, size - len(special))
    pieces = special + [part if begins else f"##{part}" for part, begins in parts]
    tokenizer.model = models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]")
    tokenizer.add_special_tokens(special)
    return tokenizer


def unigram(texts, size, special, normalizer):
    """Unigram over words that carry their leading space, as SentencePiece has it."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    counts = Counter()
    for (part, _), times in substrings(words_of(tokenizer, texts)).items():
        counts[part, True] += times
    parts = ranked(counts, 90, size - len(special))
    total = sum(counts[part] for part in parts)
    # Six digits: enough to tell pieces apart, and the same wherever the logarithm differs in its last bit.
    scores = [(part, round(log(counts[part, True] / total), 6)) for part, _ in parts]
    unknown = special.index("<unk>")
    tokenizer.model = models.Unigram([(piece, 0.0) for piece in special] + scores, unknown, False)
    tokenizer.add_special_tokens(special)
    return tokenizer


def bert(texts, size):
    tokenizer = wordpiece(texts, size, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], True)
    frame(tokenizer, "[CLS]", "[SEP]")
    return BertTokenizerFast(tokenizer_object=tokenizer)


def distilbert(texts, size):
    """Minds case and keeps accents."""
    tokenizer = wordpiece(texts, size, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], False)
    frame(tokenizer, "[CLS]", "[SEP]")
    return DistilBertTokenizerFast(tokenizer_object=tokenizer, do_lower_case=False)


def mpnet(texts, size):
    tokenizer = wordpiece(texts, size, ["<s>", "<pad>", "</s>", "[UNK]", "<mask>"], True)
    frame(tokenizer, "<s>", "</s>")
    return MPNetTokenizerFast(tokenizer_object=tokenizer)


def mobilebert(texts, size):
    tokenizer = wordpiece(texts, size, ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], True)
    frame(tokenizer, "[CLS]", "[SEP]")
    return MobileBertTokenizerFast(tokenizer_object=tokenizer)


def bytewise(texts, size, special):
    """Byte pairs as GPT-2 has them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def roberta(texts, size, of=RobertaTokenizerFast):
    tokenizer = bytewise(texts, size, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    begin, end = (("<s>", tokenizer.token_to_id("<s>")), ("</s>", tokenizer.token_to_id("</s>")))
    tokenizer.post_processor = processors.RobertaProcessing(sep=end, cls=begin, add_prefix_space=False)
    return of(tokenizer_object=tokenizer)


def bart(texts, size):
    return roberta(texts, size, BartTokenizerFast)


def deberta(texts, size):
    tokenizer = bytewise(texts, size, ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"])
    frame(tokenizer, "[CLS]", "[SEP]")
    return DebertaTokenizerFast(tokenizer_object=tokenizer)


def deberta_v2(texts, size):
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    special = ["[PAD]", "[CLS]", "[SEP]", "<unk>", "[MASK]"]
    tokenizer = unigram(texts, size, special, normalizers.Sequence([normalizers.NFKC(), spaces]))
    frame(tokenizer, "[CLS]", "[SEP]")
    return DebertaV2TokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>")


def xlnet(texts, size):
    """What is special stands at the end, and has a type of its own."""
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    special = ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"]
    tokenizer = unigram(texts, size, special, normalizers.Sequence([normalizers.NFKC(), spaces]))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <sep> <cls>:2",
        pair="$A <sep> $B:1 <sep>:1 <cls>:2",
        special_tokens=[(piece, tokenizer.token_to_id(piece)) for piece in ("<sep>", "<cls>")],
    )
    return XLNetTokenizerFast(tokenizer_object=tokenizer)


def xlm_roberta(texts, size):
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), spaces])
    tokenizer = unigram(texts, size, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"], normalizer)
    frame(tokenizer, "<s>", "</s>")
    return XLMRobertaTokenizerFast(tokenizer_object=tokenizer)


def albert(texts, size):
    quotes = [normalizers.Replace(quote, '"') for quote in ("``", "''")]
    plain = [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    normalizer = normalizers.Sequence([*quotes, *plain, spaces])
    tokenizer = unigram(texts, size, ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], normalizer)
    frame(tokenizer, "[CLS]", "[SEP]")
    return AlbertTokenizerFast(tokenizer_object=tokenizer)
