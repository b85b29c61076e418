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
response-not-continued = continue { $path }: { $why }
response-range-ignored = asked for what follows byte { $offset }, the server answered 200 and begins again: it does not give parts
response-range-status = asked for what follows byte { $offset }, the server answered { $status }: that is no part of it
response-range-unsaid = the server answered 206 without saying in Content-Range which part that is; byte { $offset } was asked for
response-range-elsewhere = the server sends what begins at byte { $first }; byte { $offset } was asked for
response-range-length = byte { $offset } was asked for, and the server's content is { $total } bytes long
response-range-excess = the server sends more than it announced in Content-Range
response-range-short = the server ended after byte { $upto } of { $of }
response-refused-binary = it is binary, and standard output is a terminal
response-refused-nameless = the URL's path ends without a file name

# Causes and hints.
response-cause-slow = the server is slow or silent, or the time given is too short
response-hint-max-time = allow more time with -m
response-cause-silent = the server is overloaded or has lost the connection
response-hint-later = try again; if it stays so, the server's log says more
response-cause-empty = the server crashed, refuses such requests, or expects another protocol (https?) on this port
response-hint-empty = check the scheme and the port of the URL
response-cause-send = the server closed the connection while the request was on its way
response-cause-reset = the server or something between dropped the connection
response-cause-cut = the server stopped midway, or something between dropped the connection
response-hint-cut = try again; what came is not whole (with -o FILE, -C - fetches what is missing)
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
response-cause-no-ranges = the server, or what makes this content, knows no ranges
response-cause-other-content = what is there is another content, or the server's has changed
response-hint-afresh = nothing was written over; without -C it is fetched from its first byte
response-hint-range-status = what is there was not touched; without -C the answer's content is written
response-hint-continue = -C - asks for the rest
response-hint-pipe = the program that reads the output ended first
response-hint-create-dirs = --create-dirs makes the folders that are missing
response-hint-descriptors = ulimit -n shows how many files may be open, and sets it
response-hint-output = write elsewhere with -o

# The stage in words.
response-stage = Response
response-headline-none = the request was sent, no answer came
response-headline-unsent = the request was not sent
response-headline-full = { $status }, { $media }, { $size }
response-headline-size = { $status }, { $size }
response-headline-status = { $status }
response-size =
    { $bytes } { $bytes ->
        [one] byte
       *[other] bytes
    }
response-size-decoded = { $bytes } bytes from { $wire } on the wire
response-size-none = no body
response-size-declined = body not read
response-size-cut = broken off after { $bytes } bytes
response-first-byte = first byte after { $time }
response-end-of-stream = end of stream: the server has closed its side
response-short-write = not all of it: the rest follows
response-write-failed = the server may have answered all the same
response-spliced = inside the kernel, no copy here
response-more-writes =
    { $calls ->
        [one] 1 more write() took
       *[other] { $calls } more write()s took
    } { $bytes } bytes
response-more-reads =
    { $calls ->
        [one] 1 more read() gave
       *[other] { $calls } more read()s gave
    } { $bytes } bytes
response-splices =
    { $calls ->
        [one] 1 splice() moved
       *[other] { $calls } splice()s moved
    } { $bytes } bytes from socket to output, without a copy in this program
response-awaiting-continue = the body waits for 100 Continue, at most { $time }
response-continue-unanswered = no word from the server: the body is sent without it
response-unsent = the final answer came first: { $bytes } bytes of the body were not sent
response-interim = progress (1xx): the answer itself is still to come
response-class-1 = 1xx: progress
response-class-2 = 2xx: success
response-class-3 = 3xx: further action is needed
response-class-4 = 4xx: the request is at fault
response-class-5 = 5xx: the server is at fault
response-class-other = no class that HTTP defines
response-framing-head = no body: the request was HEAD (RFC 9112 §6.3, rule 1)
response-framing-204 = no body: the status is 204 (RFC 9112 §6.3, rule 1)
response-framing-304 = no body: the status is 304, what you have is current (RFC 9112 §6.3, rule 1)
response-framing-tunnel = no body: from here on the connection is a tunnel (RFC 9112 §6.3, rule 2)
response-framing-chunked = the body comes in chunks and ends with an empty one (RFC 9112 §6.3, rule 4)
response-framing-length =
    the body ends after { $bytes } { $bytes ->
        [one] byte
       *[other] bytes
    } (RFC 9112 §6.3, rule 6)
response-framing-close = the body ends when the server closes the connection (RFC 9112 §6.3, rule 8)
response-transfer-codings = transfer codings undone: { $codings }
response-decoded = content codings undone: { $codings }
response-not-decoded = content in { $codings }, not undone: jaunt did not offer it
response-trailers =
    { $count ->
        [one] a trailer field
       *[other] { $count } trailer fields
    } after the last chunk
response-body-none = no body
response-body-declined = body not read: nothing of it is wanted
response-body-length =
    body { $bytes } { $bytes ->
        [one] byte
       *[other] bytes
    }, as Content-Length announced
response-body-close =
    body { $bytes } { $bytes ->
        [one] byte
       *[other] bytes
    }, until the server closed
response-body-chunked =
    body { $bytes } { $bytes ->
        [one] byte
       *[other] bytes
    } in { $chunks } { $chunks ->
        [one] chunk
       *[other] chunks
    }
response-body-decoded =
    { $body }, decoded to { $content } { $content ->
        [one] byte
       *[other] bytes
    }
response-body-and-connection = { $body }; { $connection }
response-body-cut = body broken off after { $bytes } bytes
response-body-cut-of = body broken off after { $bytes } bytes, { $missing } missing
response-extensions = chunk extensions: { $bytes } bytes, the first is "{ $first }"
response-largest-chunk = the largest chunk has { $bytes } bytes
response-after-coding = { $bytes } bytes after the end of the compressed stream were ignored
response-surplus = { $bytes } bytes came after the end of the answer: the connection is not trusted again
response-saved = saved to { $path }: { $bytes } bytes
response-saved-over = saved to { $path }: { $bytes } bytes, in place of an older file
response-left-part = { $path } was not touched; the { $bytes } bytes that came are kept in { $part }
response-left-nothing = nothing whole for { $path }; the { $bytes } bytes that came are not kept
response-continued = goes on as asked: bytes { $first } to { $last }
response-continued-of = goes on as asked: bytes { $first } to { $last } of { $total }
response-continued-file = { $range }, added to { $path }
response-whole-already = nothing to add: the content ends after { $bytes } bytes, and they are there
response-nothing-after = nothing to add: the server has nothing after { $bytes } bytes, and does not say how long the content is
response-appended = { $bytes } bytes added to { $path }, after the { $before } that were there: { $all } bytes
response-appended-cut = the { $bytes } bytes that came are added to { $path }: { $all } bytes, not all; -C - goes on
response-previewed = the first { $shown } of { $lines } lines are shown: -o FILE saves all, -o - shows all
response-previewed-cut =
    { $lines ->
        [one] 1 long line is
       *[other] { $lines } long lines are
    } cut at its end: -o FILE saves it whole
response-peek-closed = the server has closed its side already
response-peek-open = nothing there, not closed either
response-kept =
    { $exchanges ->
        [one] connection kept
       *[other] connection kept, { $exchanges } exchanges so far
    }
response-closing-peer = the server closed first: { $why }
response-closing-us = jaunt closes first: { $why }
response-closed-asked-by-us = the request asked for it
response-closed-asked-by-peer = the answer says Connection: close
response-closed-old-version = HTTP/1.0 does not keep connections by itself
response-closed-ends-the-body = that is how this body ends
response-closed-tunnel = it has become a tunnel
response-closed-surplus = more came than the answer
response-closed-unsent = the request was not sent whole
response-closed-declined = the body was not wanted
response-closed-gone = the server did not keep it
response-odd-bare-lf = lines of the head end with LF alone; CR LF is the rule
response-odd-folded =
    { $lines ->
        [one] 1 folded line was
       *[other] { $lines } folded lines were
    } joined to the line before (obs-fold, RFC 9112 §5.2)
response-odd-ignored =
    { $lines ->
        [one] 1 line of the head is no field and was
       *[other] { $lines } lines of the head are no fields and were
    } left out
response-odd-length-overridden = Content-Length beside Transfer-Encoding: ignored (RFC 9112 §6.3, rule 3)
response-odd-transfer-coding-in-10 = Transfer-Encoding in HTTP/1.0: undone, but the connection is not kept
response-odd-repeated-length = Content-Length { $times } times, always the same
