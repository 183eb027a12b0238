# SPDX-License-Identifier: MIT
"""Raw requests and their expected responses. RFC 9112 unless another one is named.

Each is an authentic event but for the one thing that its name says, so that nothing but that can be the
reason of a refusal. `{auth}` stands for the three signature lines over `body`, `{forged}` for lines whose
signature is wrong, `{length}` for the body's length.
"""

from dataclasses import dataclass, field

from .signing import signature_headers

BODY = b'{"type":"upsert.success","name":"raw"}'
LINE = b"POST /webhooks/colivara HTTP/1.1"
HOST = b"Host: localhost"
LENGTH = b"Content-Length: {length}"
CHUNKED = b"Transfer-Encoding: chunked"


@dataclass
class Case:
    name: str
    rfc: str  # the section that decides
    answers: tuple  # statuses on the connection: a rejection ends it, else the canary's 204 is the last
    raw: bytes
    body: bytes = BODY  # what was signed
    stored: bool = field(init=False)
    closes: bool = field(init=False)

    def __post_init__(self):
        self.stored = self.answers[0] == 204
        self.closes = self.answers[-1] != 204

    def request(self, secret, id):
        """Its bytes, with everything filled in."""
        good = signature_headers(secret, self.body, id)
        forged = {**good, "svix-signature": "v1," + "A" * 43 + "="}
        raw = self.raw.replace(b"{length}", b"%d" % len(self.body))
        marks = (b"{auth}", good, "\r\n"), (b"{forged}", forged, "\r\n"), (b"{auth-lf}", good, "\n")
        for mark, fields, end in marks:
            raw = raw.replace(mark, end.join(f"{name}: {value}" for name, value in fields.items()).encode())
        return raw


def head(*lines, line=LINE, host=HOST, end=b"\r\n"):
    return end.join([line, *([host] if host else []), *lines, b"{auth}"]) + end + end


def chunk(data, size=None, extension=b"", after=b"\r\n"):
    return (b"%x" % len(data) if size is None else size) + extension + b"\r\n" + data + after


LAST = b"0\r\n\r\n"
ACCEPTED, NOT_AUTHENTIC, BAD, UNSUPPORTED = (204, 204), (401, 204), (400,), (501,)
CASES = []


def case(name, rfc, answers, raw, body=BODY):
    CASES.append(Case(name, rfc, answers, raw, body))


def plain(name, rfc, answers, *lines, **keys):
    """With a good Content-Length and a good body."""
    case(name, rfc, answers, head(LENGTH, *lines, **keys) + BODY)


# Must be accepted: the strictness below rejects nothing valid.

plain("as-the-sender-writes-it", "3", ACCEPTED, b"Accept: */*", b"User-Agent: Svix-Webhooks/1.100.0")
plain("field-names-in-any-case", "5.1", ACCEPTED, b"hOsT-tOo: x", b"ACCEPT: */*")
plain("no-space-after-the-colon", "5.1", ACCEPTED, b"Accept:*/*")
plain("white-space-around-a-value", "5.1", ACCEPTED, b"Accept: \t */* \t ")
plain("an-empty-value", "5.1", ACCEPTED, b"X-Empty:", b"X-Space:  ")
plain("obs-text-in-a-value", "9110 5.5", ACCEPTED, b"User-Agent: Gr\xc3\xbc\xdfe")
plain("every-character-of-a-token-in-a-name", "9110 5.6.2", ACCEPTED, b"!#$%&'*+-.^_`|~09AZaz: x")
plain("an-unknown-field-that-looks-like-a-length", "6.3", ACCEPTED, b"Content_Length: 3", b"X-Length: 3")
plain("an-unknown-field-that-looks-like-a-coding", "6.1", ACCEPTED, b"Transfer_Encoding: chunked")
plain("te-is-not-transfer-encoding", "7.4", ACCEPTED, b"TE: trailers, gzip")
plain("expect-100-continue-with-the-body", "9110 10.1.1", ACCEPTED, b"Expect: 100-continue")
plain("connection-keep-alive", "9.3", ACCEPTED, b"Connection: keep-alive")
plain("a-host-with-a-port", "3.2", ACCEPTED, host=b"Host: hooks.example:8443")
plain("an-ipv6-host", "3.2", ACCEPTED, host=b"Host: [::1]:8443")
plain("a-query", "3.2.1", ACCEPTED, line=b"POST /webhooks/colivara?a=/b&c=%20 HTTP/1.1")
for name, target in {
    "absolute": b"http://localhost/webhooks/colivara", "absolute-for-tls": b"https://localhost/webhooks/colivara",
    "absolute-in-capitals": b"HTTP://localhost/webhooks/colivara",
    "absolute-with-a-port-and-a-query": b"http://localhost:8080/webhooks/colivara?a=/b",
    "absolute-for-an-address": b"http://[::1]:8080/webhooks/colivara",
}.items():
    plain(f"target-{name}", "3.2.2", ACCEPTED, line=b"POST " + target + b" HTTP/1.1")
plain("target-absolute-beside-another-host", "3.2.2", ACCEPTED, host=b"Host: another",
      line=b"POST http://localhost/webhooks/colivara HTTP/1.1")
plain("content-encoding-identity", "9110 8.4", ACCEPTED, b"Content-Encoding: identity")
plain("content-encoding-empty", "9110 5.6.1", ACCEPTED, b"Content-Encoding: , Identity,")
case("length-zero", "6.3", ACCEPTED, head(b"Content-Length: 0"), b"")
case("neither-length-nor-coding", "6.3", ACCEPTED, head(), b"")
case("length-with-leading-zeros", "9110 8.6", ACCEPTED, head(b"Content-Length: 000{length}") + BODY)
case("length-with-white-space-around", "5.1", ACCEPTED, head(b"Content-Length: \t{length} \t") + BODY)
case("one-chunk", "7.1", ACCEPTED, head(CHUNKED) + chunk(BODY) + LAST)
case("three-chunks", "7.1", ACCEPTED,
     head(CHUNKED) + chunk(BODY[:1]) + chunk(BODY[1:20]) + chunk(BODY[20:]) + LAST)
case("no-chunk-but-the-last", "7.1", ACCEPTED, head(CHUNKED) + LAST, b"")
case("chunked-in-capitals", "7", ACCEPTED, head(b"Transfer-Encoding: CHUNKED") + chunk(BODY) + LAST)
case("chunked-with-white-space-around", "5.1", ACCEPTED,
     head(b"Transfer-Encoding: \tchunked ") + chunk(BODY) + LAST)
case("chunk-sizes-in-capitals-and-with-zeros", "7.1", ACCEPTED,
     head(CHUNKED) + chunk(BODY[:10], b"000A") + chunk(BODY[10:]) + b"000\r\n\r\n")
case("chunk-extensions", "7.1.1", ACCEPTED,
     head(CHUNKED) + chunk(BODY, extension=b';name=value;flag;quoted="a;b"') + b"0;last\r\n\r\n")
case("trailers", "7.1.2", ACCEPTED,
     head(CHUNKED) + chunk(BODY) + b"0\r\nX-Checksum: 1\r\nServer-Timing: a\r\n\r\n")

# Trailers are not headers: nothing in them may count.

case("the-signature-in-the-trailer-alone", "6.5", NOT_AUTHENTIC,
     head(CHUNKED).replace(b"{auth}\r\n", b"") + chunk(BODY) + b"0\r\n{auth}\r\n\r\n")
case("a-bad-signature-with-a-good-one-in-the-trailer", "6.5", NOT_AUTHENTIC,
     head(CHUNKED).replace(b"{auth}", b"{forged}") + chunk(BODY) + b"0\r\n{auth}\r\n\r\n")
case("a-good-signature-with-a-bad-one-in-the-trailer", "6.5", ACCEPTED,
     head(CHUNKED) + chunk(BODY) + b"0\r\n{forged}\r\n\r\n")
case("routing-in-the-trailer", "6.5.1", ACCEPTED,
     head(CHUNKED) + chunk(BODY) + b"0\r\nConnection: close\r\nHost: other\r\nContent-Encoding: gzip\r\n\r\n")
case("a-length-in-the-trailer", "9110 6.5.1", BAD,
     head(CHUNKED) + chunk(BODY) + b"0\r\nContent-Length: 500\r\n\r\n")
case("a-transfer-coding-in-the-trailer", "9110 6.5.1", BAD,
     head(CHUNKED) + chunk(BODY) + b"0\r\nTransfer-Encoding: gzip\r\n\r\n")

# Transfer codings (6.1): only chunked, once.

for name, value in {
    "gzip": b"gzip", "identity": b"identity", "xchunked": b"xchunked", "chunkedx": b"chunkedx",
    "quoted": b'"chunked"', "chunked-then-identity": b"chunked, identity",
    "gzip-then-chunked": b"gzip, chunked",
    "chunked-with-a-parameter": b"chunked;foo", "chunked-with-an-empty-parameter": b"chunked;",
    "chunked-twice-in-a-list": b"chunked, chunked", "chunked-after-an-empty-element": b",chunked",
    "chunked-before-an-empty-element": b"chunked,", "empty": b"",
}.items():
    case(f"coding-{name}", "6.1", UNSUPPORTED, head(b"Transfer-Encoding: " + value) + chunk(BODY) + LAST)
    case(f"coding-{name}-and-no-chunks", "6.1", UNSUPPORTED, head(b"Transfer-Encoding: " + value))
case("coding-repeated", "6.1", BAD, head(CHUNKED, CHUNKED) + chunk(BODY) + LAST)
case("coding-repeated-with-another-first", "6.1", BAD,
     head(b"Transfer-Encoding: gzip", CHUNKED) + chunk(BODY) + LAST)
case("coding-repeated-with-another-last", "6.1", BAD,
     head(CHUNKED, b"Transfer-Encoding: identity") + chunk(BODY) + LAST)
case("coding-then-length", "6.3", BAD, head(CHUNKED, LENGTH) + chunk(BODY) + LAST)
case("length-then-coding", "6.3", BAD, head(b"Content-Length: 5", CHUNKED) + chunk(BODY) + LAST)
case("length-and-another-coding", "6.3", BAD, head(LENGTH, b"Transfer-Encoding: identity") + BODY)
case("length-zero-and-coding", "6.3", BAD, head(b"Content-Length: 0", CHUNKED) + chunk(BODY) + LAST)
case("space-before-the-colon-of-the-coding", "5.1", BAD,
     head(LENGTH, b"Transfer-Encoding : chunked") + BODY)
case("tab-before-the-colon-of-the-coding", "5.1", BAD, head(LENGTH, b"Transfer-Encoding\t: chunked") + BODY)
case("vertical-tab-before-chunked", "9110 5.5", BAD,
     head(b"Transfer-Encoding: \x0bchunked") + chunk(BODY) + LAST)
case("nul-behind-chunked", "9110 5.5", BAD, head(b"Transfer-Encoding: chunked\0") + chunk(BODY) + LAST)
case("folded-coding", "5.2", BAD, head(b"Transfer-Encoding:\r\n chunked") + chunk(BODY) + LAST)
case("coding-in-http-1.0", "6.1", BAD,
     head(CHUNKED, line=b"POST /webhooks/colivara HTTP/1.0") + chunk(BODY) + LAST)

# Content-Length (6.2, 6.3; RFC 9110 section 8.6): digits, once.

for name, value in {
    "with-a-plus": b"+{length}", "negative": b"-1", "negative-zero": b"-0", "hexadecimal": b"0x26",
    "empty": b"",
    "a-list-of-equals": b"{length}, {length}", "a-list": b"5, {length}", "with-a-comma": b"{length},",
    "two-numbers": b"3 8", "with-a-letter": b"{length}a", "a-fraction": b"{length}.0",
    "in-quotes": b'"{length}"',
    "exponential": b"1e1", "with-an-underscore": b"3_8", "past-64-bits": b"18446744073709551654",
    "of-40-digits": b"9" * 40, "in-other-digits": "３８".encode(),
}.items():
    case(f"length-{name}", "6.3", BAD, head(b"Content-Length: " + value) + BODY)
case("length-repeated", "6.3", BAD, head(LENGTH, LENGTH) + BODY)
case("length-repeated-with-another-value", "6.3", BAD, head(LENGTH, b"Content-Length: 5") + BODY)
case("length-zero-repeated", "6.3", BAD, head(b"Content-Length: 0", b"Content-Length: 0"), b"")
case("length-of-18-digits", "6.3", (413,), head(b"Content-Length: " + b"9" * 18) + BODY)
case("space-before-the-colon-of-the-length", "5.1", BAD, head(b"Content-Length : {length}") + BODY)
case("body-shorter-than-its-length", "6.3", (401, 400), head(b"Content-Length: 48") + BODY)
case("body-longer-than-its-length", "6.3", (401, 400), head(b"Content-Length: 28") + BODY)

# Chunks (7.1).

for name, size in {
    "with-0x": b"0x26", "with-a-plus": b"+26", "negative": b"-26", "of-other-letters": b"2G", "missing": b"",
    "past-64-bits": b"10000000000000026", "of-17-digits-f": b"f" * 17, "of-40-digits": b"1" * 40,
    "with-a-space-before": b" 26", "with-a-nul": b"26\0", "in-quotes": b'"26"', "with-an-underscore": b"2_6",
}.items():
    case(f"chunk-size-{name}", "7.1", BAD, head(CHUNKED) + chunk(BODY, size) + LAST)
case("chunk-size-with-a-bare-lf", "7.1", BAD, head(CHUNKED) + b"26\n" + BODY + b"\r\n" + LAST)
case("chunk-size-with-a-bare-cr", "7.1", BAD, head(CHUNKED) + b"26\r" + BODY + b"\r\n" + LAST)
case("chunk-size-with-cr-cr-lf", "7.1", BAD, head(CHUNKED) + b"26\r\r\n" + BODY + b"\r\n" + LAST)
case("chunk-size-with-junk-behind", "7.1.1", BAD, head(CHUNKED) + chunk(BODY, extension=b" junk") + LAST)
case("chunk-extension-with-a-bare-lf", "7.1.1", BAD, head(CHUNKED) + chunk(BODY, extension=b";a\nb") + LAST)
case("chunk-extension-with-a-bare-cr", "7.1.1", BAD, head(CHUNKED) + chunk(BODY, extension=b";a\rb") + LAST)
case("chunk-extension-with-a-nul", "7.1.1", BAD, head(CHUNKED) + chunk(BODY, extension=b";a\0b") + LAST)
case("chunk-extension-with-a-crlf-in-quotes", "7.1.1", BAD,
     head(CHUNKED) + chunk(BODY, extension=b';a="\r\n"') + LAST)
case("chunk-data-too-long", "7.1", BAD, head(CHUNKED) + chunk(BODY, b"25") + LAST)
case("chunk-data-too-short", "7.1", BAD, head(CHUNKED) + chunk(BODY, b"27") + LAST)
case("chunk-data-without-an-end", "7.1", BAD, head(CHUNKED) + chunk(BODY, after=b"") + LAST)
case("chunk-data-with-a-bare-lf", "7.1", BAD, head(CHUNKED) + chunk(BODY, after=b"\n") + LAST)
case("chunk-data-with-two-other-bytes", "7.1", BAD, head(CHUNKED) + chunk(BODY, after=b"XY") + LAST)
case("last-chunk-with-a-bare-lf", "7.1", BAD, head(CHUNKED) + chunk(BODY) + b"0\n\r\n")
case("last-chunk-with-bare-lfs", "7.1", BAD, head(CHUNKED) + chunk(BODY) + b"0\n\n")
case("last-chunk-without-its-empty-line", "7.1", BAD, head(CHUNKED) + chunk(BODY) + b"0\r\n")
case("trailer-with-a-bare-lf", "7.1.2", BAD, head(CHUNKED) + chunk(BODY) + b"0\r\nX: y\n\r\n")
case("trailer-without-a-colon", "7.1.2", BAD, head(CHUNKED) + chunk(BODY) + b"0\r\nX\r\n\r\n")
case("trailer-with-a-space-before-the-colon", "7.1.2", BAD,
     head(CHUNKED) + chunk(BODY) + b"0\r\nX : y\r\n\r\n")
case("trailer-with-a-nul", "7.1.2", BAD, head(CHUNKED) + chunk(BODY) + b"0\r\nX: \0\r\n\r\n")
case("folded-trailer", "7.1.2", ACCEPTED, head(CHUNKED) + chunk(BODY) + b"0\r\nX: y\r\n z\r\n\r\n")
case("trailer-that-begins-with-a-space", "7.1.2", BAD, head(CHUNKED) + chunk(BODY) + b"0\r\n X: y\r\n\r\n")

# Host (3.2): once, and valid.

plain("no-host", "3.2", BAD, host=None)
plain("host-repeated", "3.2", BAD, HOST)
plain("another-host", "3.2", BAD, b"Host: other")
for name, value in {
    "empty": b"", "with-a-path": b"localhost/x", "with-a-user": b"user@localhost",
    "with-a-space": b"local host",
    "list": b"localhost, other", "with-a-query": b"localhost?x", "with-a-fragment": b"localhost#x",
    "with-a-backslash": b"localhost\\x", "with-bytes-above-ascii": b"l\xc3\xb6calhost",
}.items():
    plain(f"host-{name}", "3.2", BAD, host=b"Host: " + value)
plain("space-before-the-colon-of-the-host", "5.1", BAD, host=b"Host : localhost")

# Targets (3.2): a path, or an http URL of which only the path counts, in printable ASCII.

for name, target in {
    "absolute-of-another-scheme": b"ftp://localhost/webhooks/colivara",
    "absolute-without-a-host": b"http:///webhooks/colivara",
    "absolute-with-a-port-alone": b"http://:80/webhooks/colivara",
    "absolute-with-a-user": b"http://user@localhost/webhooks/colivara",
    "absolute-with-a-backslash": b"http://localhost\\x/webhooks/colivara",
    "absolute-with-one-slash": b"http:/localhost/webhooks/colivara",
    "absolute-with-bytes-above-ascii": b"http://l\xc3\xb6calhost/webhooks/colivara",
    "absolute-with-a-fragment-for-a-path": b"http://localhost#/webhooks/colivara",
    "authority": b"localhost:80", "asterisk": b"*",
    "without-a-slash": b"webhooks/colivara", "of-a-query-alone": b"?webhooks/colivara",
    "with-bytes-above-ascii": b"/webhooks/coliv\xc3\xa4ra", "with-a-nul": b"/webhooks/colivara\0",
    "with-a-del": b"/webhooks/colivara\x7f", "with-a-tab": b"/webhooks/colivara\tx",
    "with-a-cr": b"/webhooks\r/x",
    "with-a-space": b"/webhooks/coli vara", "with-latin-1": b"/webhooks/colivara\xff",
}.items():
    plain(f"target-{name}", "3.2", BAD, line=b"POST " + target + b" HTTP/1.1")
plain("target-absolute-and-no-host", "3.2", BAD, host=None,
      line=b"POST http://localhost/webhooks/colivara HTTP/1.1")
plain("target-absolute-and-two-hosts", "3.2", BAD, HOST, line=b"POST http://localhost/webhooks/colivara HTTP/1.1")
plain("target-absolute-without-a-path", "3.2.2", (404,), line=b"POST http://localhost HTTP/1.1")
plain("target-absolute-with-a-query-alone", "3.2.2", (404,), line=b"POST http://localhost?/webhooks/colivara HTTP/1.1")
case("options-asterisk", "3.2.4", BAD, head(line=b"OPTIONS * HTTP/1.1"), b"")
case("connect", "3.2.3", BAD, head(line=b"CONNECT localhost:443 HTTP/1.1"), b"")
plain("another-path", "3.2.1", (404,), line=b"POST /webhooks/colivara/../colivara HTTP/1.1")
plain("target-with-a-fragment", "3.2.1", (404,), line=b"POST /webhooks/colivara#x HTTP/1.1")
plain("another-method-with-a-body", "3.1", (405,), line=b"PUT /webhooks/colivara HTTP/1.1")
plain("get-with-a-body", "9110 9.3.1", (405,), line=b"GET /webhooks/colivara HTTP/1.1")
plain("method-in-lower-case", "3.1", (405,), line=b"post /webhooks/colivara HTTP/1.1")

# Request lines (3), versions (2.3).

for name, line in {
    "two-spaces-before-the-target": b"POST  /webhooks/colivara HTTP/1.1",
    "two-spaces-before-the-version": b"POST /webhooks/colivara  HTTP/1.1",
    "a-tab-before-the-target": b"POST\t/webhooks/colivara HTTP/1.1",
    "a-tab-before-the-version": b"POST /webhooks/colivara\tHTTP/1.1",
    "a-space-before-the-method": b" POST /webhooks/colivara HTTP/1.1",
    "a-space-behind-the-version": b"POST /webhooks/colivara HTTP/1.1 ",
    "more-behind-the-version": b"POST /webhooks/colivara HTTP/1.1 x",
    "no-method": b"/webhooks/colivara HTTP/1.1",
    "no-target": b"POST HTTP/1.1",
    "no-version": b"POST /webhooks/colivara",
    "a-method-with-a-slash": b"PO/ST /webhooks/colivara HTTP/1.1",
    "a-method-above-ascii": b"P\xc3\x96ST /webhooks/colivara HTTP/1.1",
    "a-colon-behind-the-method": b"POST: /webhooks/colivara HTTP/1.1",
    "http-1.0": b"POST /webhooks/colivara HTTP/1.0",
    "http-1.2": b"POST /webhooks/colivara HTTP/1.2",
    "http-0.9-written-out": b"POST /webhooks/colivara HTTP/0.9",
    "http-2.0": b"POST /webhooks/colivara HTTP/2.0",
    "http-1.10": b"POST /webhooks/colivara HTTP/1.10",
    "http-01.1": b"POST /webhooks/colivara HTTP/01.1",
    "http-1,1": b"POST /webhooks/colivara HTTP/1,1",
    "http-without-a-minor-version": b"POST /webhooks/colivara HTTP/1",
    "http-in-lower-case": b"POST /webhooks/colivara http/1.1",
    "another-protocol": b"POST /webhooks/colivara ICAP/1.1",
}.items():
    plain(f"request-line-{name}", "3", BAD, line=line)
case("http-0.9", "2.3", BAD, b"GET /webhooks/colivara\r\n", b"")
case("http-2-preface", "9113 3.4", BAD, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"")
case("tls-on-a-request", "2.2", BAD, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"")
case("a-proxy-header-where-none-is-due", "2.2", BAD,
     b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + head(LENGTH) + BODY)
case("a-crlf-first", "2.2", BAD, b"\r\n" + head(LENGTH) + BODY)
case("an-lf-first", "2.2", BAD, b"\n" + head(LENGTH) + BODY)
case("a-nul-first", "2.2", BAD, b"\0" + head(LENGTH) + BODY)
case("an-answer", "2.1", BAD, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"")

# Lines (2.2, 5.1, 5.2): ended by CRLF, not folded, without control characters.

case("bare-lf-everywhere", "2.2", BAD,
     head(LENGTH).replace(b"{auth}", b"{auth-lf}").replace(b"\r\n", b"\n") + BODY)
case("bare-lf-behind-the-request-line", "2.2", BAD, head(LENGTH).replace(b"\r\n", b"\n", 1) + BODY)
case("bare-lf-behind-a-field", "2.2", BAD, head(LENGTH, b"X: a\nY: b") + BODY)
case("bare-lf-behind-the-empty-line", "2.2", BAD, head(LENGTH)[:-2] + b"\n" + BODY)
case("bare-cr-in-a-value", "2.2", BAD, head(LENGTH, b"X: a\rb") + BODY)
case("bare-cr-in-a-value-before-a-field", "2.2", BAD,
     head(LENGTH, b"X: a\rTransfer-Encoding: chunked") + BODY)
case("bare-cr-as-line-end", "2.2", BAD, head(LENGTH, b"X: a\rY: b") + BODY)
case("cr-cr-lf-behind-a-field", "2.2", BAD, head(LENGTH, b"X: a\r") + BODY)
case("cr-cr-lf-as-the-empty-line", "2.2", BAD, head(LENGTH)[:-2] + b"\r\r\n" + BODY)
plain("folded-with-a-space", "5.2", BAD, b"X: a\r\n b")
plain("folded-with-a-tab", "5.2", BAD, b"X: a\r\n\tb")
plain("folded-with-nothing-behind", "5.2", BAD, b"X: a\r\n ")
plain("folded-first-field", "2.2", BAD, host=b" X: a\r\nHost: localhost")
plain("folded-signature", "5.2", BAD, b"Svix-Extra: a\r\n v1,b")
plain("a-space-before-a-colon", "5.1", BAD, b"X : a")
plain("a-name-with-a-space", "5.1", BAD, b"X Y: a")
plain("a-name-with-a-bracket", "9110 5.6.2", BAD, b"X(y): a")
plain("a-name-with-a-nul", "9110 5.6.2", BAD, b"X\0: a")
plain("a-name-above-ascii", "9110 5.6.2", BAD, b"X\xc3\xa4: a")
plain("no-name", "5.1", BAD, b": a")
plain("no-colon", "5.1", BAD, b"X")
plain("a-nul-in-a-value", "9110 5.5", BAD, b"X: a\0b")
plain("a-del-in-a-value", "9110 5.5", BAD, b"X: a\x7fb")
plain("an-escape-in-a-value", "9110 5.5", BAD, b"X: \x1b[31m")
plain("a-form-feed-in-a-value", "9110 5.5", BAD, b"X: a\x0cb")

# Other protocols and codings.

plain("upgrade-to-h2c", "9110 7.8", BAD, b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c",
      b"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA")
plain("upgrade-to-websocket", "9110 7.8", BAD, b"Connection: Upgrade", b"Upgrade: websocket")
plain("upgrade-without-connection", "9110 7.8", BAD, b"Upgrade: TLS/1.2")
plain("content-encoding", "9110 8.4", (415,), b"Content-Encoding: gzip")
plain("content-encoding-behind-identity", "9110 8.4", (415,), b"Content-Encoding: identity, gzip")
plain("content-encoding-in-a-second-field", "9110 8.4", (415,), b"Content-Encoding: identity", b"Content-Encoding: br")

# The signature headers (RFC 9112 allows repeated fields; these must not be repeated).

plain("the-signature-fields-twice", "9110 5.3", NOT_AUTHENTIC, b"{auth}")
plain("another-signature-first", "9110 5.3", NOT_AUTHENTIC, b"svix-signature: v1,AAAA")
plain("the-signature-in-a-folded-name", "9110 5.3", ACCEPTED, b"x-svix-signature: v1,AAAA")
