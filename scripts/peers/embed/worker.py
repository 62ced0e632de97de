"""A contestant in Python. `worker.py NAME MODEL SETS`, then the protocol on standard input:

`go <set>` embeds all its sentences and answers `done <seconds>`; `save <file>` writes the last vectors.
Before that, `ready <seconds>`: from the start of this program until the model was loaded, warm-up apart.
"""

import time

STARTED = time.perf_counter()

import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy  # noqa: E402

THREADS = 2
DIMENSIONS = 384
WARM = 64
# Sentences on which OpenVINO's settings are compared.
SAMPLE = 128


def note(text):
    """Something about this contestant that belongs beside its figures."""
    print(f"note {text}", flush=True)


def vocabulary(folder):
    """The model's tokenizer, cutting at 256 subwords as all do, without padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "model/tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return tokenizer


def batches(tokenizer, sentences, size):
    """Sentences of like length together, longest first: their places, ids and mask."""
    ids = [encoding.ids for encoding in tokenizer.encode_batch_fast(sentences)]
    order = sorted(range(len(ids)), key=lambda at: -len(ids[at]))
    for start in range(0, len(order), size):
        places = order[start : start + size]
        padded = numpy.zeros((len(places), len(ids[places[0]])), dtype=numpy.int64)
        mask = numpy.zeros_like(padded)
        for row, at in enumerate(places):
            padded[row, : len(ids[at])] = ids[at]
            mask[row, : len(ids[at])] = 1
        yield places, padded, mask


class Contestant:
    def warm(self, _, sentences):
        """Called once a set before `ready`."""
        self.encode(sentences[:WARM], None)


class SentenceTransformers(Contestant):
    def __init__(self, folder, precision):
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(THREADS)
        self.model = SentenceTransformer(str(folder / "model"), device="cpu")
        if precision == "bf16":
            self.model.to(torch.bfloat16)

    def encode(self, sentences, _):
        return self.model.encode(sentences, convert_to_numpy=True, show_progress_bar=False)


class OnnxRuntime(Contestant):
    BATCH = 32

    def __init__(self, folder, _):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        options.inter_op_num_threads = 1
        # Else its threads keep a core busy in the others' turns.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.tokenizer = vocabulary(folder)
        self.session = onnxruntime.InferenceSession(
            str(folder / "onnx/pooled-fused.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, sentences, _):
        vectors = numpy.empty((len(sentences), DIMENSIONS), dtype=numpy.float32)
        for places, ids, mask in batches(self.tokenizer, sentences, self.BATCH):
            inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": numpy.zeros_like(ids)}
            vectors[places] = self.session.run(None, inputs)[0]
        return vectors


class OpenVino(Contestant):
    # Two requests on one thread each, or one on both.
    STREAMS = {2: "THROUGHPUT", 1: "LATENCY"}
    BATCHES = (1, 8, 32)

    def __init__(self, folder, precision):
        import openvino

        self.tokenizer = vocabulary(folder)
        core = openvino.Core()
        model = core.read_model(str(folder / "onnx/pooled.onnx"))
        self.queues = {}
        for streams, hint in self.STREAMS.items():
            compiled = core.compile_model(
                model,
                "CPU",
                {
                    "INFERENCE_PRECISION_HINT": precision,
                    "INFERENCE_NUM_THREADS": THREADS,
                    "NUM_STREAMS": streams,
                    "PERFORMANCE_HINT": hint,
                },
            )
            self.queues[streams] = openvino.AsyncInferQueue(compiled, streams)
        used = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        if used != precision:
            note(f"runs in {used}: the processor has no {precision}")
        self.best = {}

    def warm(self, name, sentences):
        """Finds the set's fastest setting on a sample: each is tried once to warm up and twice for the clock."""
        sample = sentences[:: max(1, len(sentences) // SAMPLE)]
        seconds = {}
        for setting in ((streams, batch) for streams in self.STREAMS for batch in self.BATCHES):
            self.run(sample, *setting)
            seconds[setting] = min(timed(self.run, sample, *setting)[0] for _ in range(2))
        self.best[name] = streams, batch = min(seconds, key=seconds.get)
        note(f"{name}: {streams} stream(s) of {THREADS // streams} thread(s), batches of {batch}")

    def encode(self, sentences, name):
        return self.run(sentences, *self.best[name])

    def run(self, sentences, streams, batch):
        vectors = numpy.empty((len(sentences), DIMENSIONS), dtype=numpy.float32)
        queue = self.queues[streams]

        def keep(request, places):
            vectors[places] = request.get_output_tensor().data

        queue.set_callback(keep)
        for places, ids, mask in batches(self.tokenizer, sentences, batch):
            queue.start_async([ids, mask, numpy.zeros_like(ids)], places)
        queue.wait_all()
        return vectors


CONTESTANTS = {"sentence-transformers": SentenceTransformers, "onnxruntime": OnnxRuntime, "openvino": OpenVino}


def timed(function, *arguments):
    before = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - before, result


def main(name, folder, sets_file):
    kind, _, precision = name.partition(":")
    contestant = CONTESTANTS[kind](Path(folder), precision)
    load = time.perf_counter() - STARTED
    sets = json.loads(Path(sets_file).read_text())
    vectors = None
    for set_name, sentences in sets.items():
        contestant.warm(set_name, sentences)
    print(f"ready {load:.4f}", flush=True)
    for line in sys.stdin:
        order, argument = line.rstrip("\n").split(" ", 1)
        if order == "go":
            seconds, vectors = timed(contestant.encode, sets[argument], argument)
            print(f"done {seconds:.6f}", flush=True)
        else:
            numpy.save(argument, numpy.asarray(vectors, dtype="<f4"))


main(*sys.argv[1:])
