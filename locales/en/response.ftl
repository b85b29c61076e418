# Stage 6, response.

# What went wrong.
response-timed-out-max-time = { $what }: the time given with -m has run out
response-timed-out-idle = { $what }: the server sent nothing for { $seconds } seconds
response-while-sending = while the request was being sent
response-while-waiting = while waiting for the answer
response-while-head = within the answer's head
response-while-body =
    within the body, after { $received } { $received ->
        [one] byte
       *[other] bytes
    }
response-empty = the server closed the connection without an answer
response-empty-after-interim =
    the server closed the connection after { $interim } interim { $interim ->
        [one] answer
       *[other] answers
    }, without a final one
response-send-failed = write the request: { $why } after { $sent } of { $of } bytes, and no answer was there to read
response-recv-failed-first = read the answer: { $why } before its first byte
response-recv-failed-head = read the answer's head: { $why }
response-recv-failed =
    read the body: { $why } after { $received } { $received ->
        [one] byte
       *[other] bytes
    }
response-head-cut =
    the server closed the connection within the answer's head, after { $received } { $received ->
        [one] byte
       *[other] bytes
    }
response-head-too-long = the server's head is longer than { $limit } bytes
response-not-http = the server's answer is not HTTP: it begins with "{ $start }"
response-head-nul = the server's head has a NUL byte: "{ $start }"
response-head-no-colon = the server's head has a line without a colon: "{ $start }"
response-head-field = the server's head cannot be read: "{ $start }"
response-head-version = the server answered in a version that was not asked for: "{ $start }"
response-head-status = the server's status line has no status from 100 to 999: "{ $start }"
response-too-many-interim = the server sent more than { $limit } interim answers (1xx) and no final one
response-unasked-switch = the server switched to another protocol (101) although the request did not ask for it
response-bad-length = the server's Content-Length is not a number of bytes: "{ $value }"
response-differing-lengths = the server sent two different Content-Length values, { $first } and { $other }: neither can be believed
response-bad-transfer-coding = the server's Transfer-Encoding does not have chunked once and last: "{ $value }"
response-bad-chunk =
    the server's chunked body is broken after { $after } { $after ->
        [one] byte
       *[other] bytes
    } of content: { $what }
response-chunk-no-size = no size where a chunk must begin
response-chunk-overflow = a chunk's size is beyond 64 bits
response-chunk-after-size = something else than an extension or a line end follows a size
response-chunk-after-data = no line end follows a chunk's data
response-chunk-extensions = more bytes of chunk extensions than of content
response-chunk-trailers = the trailers are longer than a head may be
response-cut =
    the server closed the connection after { $received } of { $expected } bytes of the body: { $missing } { $missing ->
        [one] byte is
       *[other] bytes are
    } missing
response-chunked-cut =
    the server closed the connection within a chunked body, after { $received } { $received ->
        [one] byte
       *[other] bytes
    } of content: the last chunk is missing
response-trailers-cut =
    the server closed the connection within the trailers, after { $received } { $received ->
        [one] byte
       *[other] bytes
    } of content: the empty line that ends them is missing
response-unfinished =
    the connection ended without TLS's close_notify after { $received } { $received ->
        [one] byte
       *[other] bytes
    } of a body whose end nothing else marks: it may have been cut
response-unknown-content-coding = the server's content coding "{ $name }" is unknown: jaunt offered gzip, deflate, br and zstd
response-unknown-transfer-coding = the server's transfer coding "{ $name }" is unknown
response-too-many-codings = the server applied { $count } codings to the body; at most 5 are undone
response-corrupt =
    decode { $coding } from the server: { $what }, after { $content } { $content ->
        [one] byte
       *[other] bytes
    } of content
response-coding-data = the data are not what their coding says
response-coding-window = the data need a window larger than 8 MiB (RFC 9659)
response-coding-cut =
    the server's { $coding } data stop before their own end, after { $content } { $content ->
        [one] byte
       *[other] bytes
    } of content
response-too-big = the content is larger than the { $limit } bytes that --max-filesize allows
response-too-big-announced = the server announced { $announced } bytes, more than the { $limit } that --max-filesize allows
response-sink = write the content to { $path }: { $why }
response-standard-output = standard output
response-refused-binary = it is binary, and standard output is a terminal
response-refused-nameless = the URL's path ends without a file name

# Causes and hints.
response-hint-max-time = -m SECONDS gives it longer
response-cause-silent = the server is overloaded or has lost the connection
response-hint-later = try again; if it stays so, the server's log says more
response-cause-empty = the server crashed, refuses such requests, or expects another protocol (https?) on this port
response-hint-empty = check the scheme and the port of the URL
response-cause-send = the server closed the connection while the request was on its way
response-cause-reset = the server or something between dropped the connection
response-cause-cut = the server stopped midway, or something between dropped the connection
response-hint-cut = try again; what came is not whole
response-cause-broken = the server, or a proxy before it, does not speak HTTP correctly
response-hint-broken = -vv shows the bytes that it sent
response-hint-cookies = many or large cookies make long heads
response-cause-http2 = the server speaks HTTP/2 without being asked
response-hint-http2 = another port or https:// may speak HTTP/1.1
response-cause-tls = that is a TLS record: this port speaks https
response-hint-https = write https:// instead of http://
response-cause-other-service = that is the greeting of another service
response-cause-not-http = HTTP/0.9, or another protocol on this port
response-hint-port = check the port of the URL
response-hint-http10 = --http1.0 makes servers leave transfer codings out
response-cause-coding = the server, or a proxy before it, encodes wrongly
response-hint-no-compressed = --no-compressed asks for the content as it is
response-hint-max-filesize = --max-filesize BYTES sets that bound
response-hint-binary = -o FILE saves it; -o - writes it to the terminal all the same
response-hint-nameless = -o FILE names it
response-hint-disk = make room, or write elsewhere with -o
response-hint-pipe = the program that reads the output ended first
response-hint-create-dirs = --create-dirs makes the folders that are missing
response-hint-output = write elsewhere with -o
