# Stage 2: the request message.

message-stage = Message
message-summary = { $method }, { $fields }, { $body }: { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}
message-fields = { $count ->
    [0] no headers
    [one] { $count } header
   *[other] { $count } headers
}
message-no-body = no body
message-body = { $bytes ->
    [one] body of { $bytes } byte
   *[other] body of { $bytes } bytes
}
message-body-line = (the body: { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
})
message-body-line-chunked = (the body in chunks: { $bytes } bytes with their framing)

# -v: what each line is
message-line-request = request line, { $bytes } bytes
message-line-field = { $group }, { $source }, { $bytes } bytes
message-line-end = end of the head, 2 bytes
message-group-general = general
message-group-request = request
message-group-response = response
message-group-representation = representation
message-group-extension = extension
message-source-default = default
message-source-option = from an option
message-source-typed = from -H
message-removed = left out: { $fields }

# -v: what each method is for
message-method-get = GET asks for a resource; HTTP/1.0 has it too
message-method-head = HEAD asks for what GET would answer, without the body; HTTP/1.0 has it too
message-method-post = POST hands data to a resource to be processed; HTTP/1.0 has it too
message-method-put = PUT stores the body under the URL; since HTTP/1.1
message-method-delete = DELETE removes what the URL names; since HTTP/1.1
message-method-options = OPTIONS asks what may be done with the resource; since HTTP/1.1
message-method-trace = TRACE asks for the request to be sent back as it arrived; since HTTP/1.1
message-method-connect = CONNECT asks a proxy for a tunnel that carries encrypted messages; since HTTP/1.1
message-method-patch = PATCH changes a part of the resource; RFC 5789
message-method-other = { $method } is not defined by HTTP itself: an extension, or a name of your own

# what a server may take otherwise
message-warning-field-ignored = -H number { $number } has neither a colon nor a semicolon at its end: nothing is sent for it, as in curl
message-warning-option-overridden = { $field } is given by an option and by -H: -H wins, as in curl
message-warning-host-repeated = several Host fields by -H: the first one is sent, as in curl
message-warning-host-missing = no Host: an HTTP/1.1 server answers that with 400
message-warning-body-unusual = a body has no defined meaning with { $method }; servers may ignore or refuse it
message-warning-length-differs = Content-Length says { $typed }, the body has { $actual ->
    [one] { $actual } byte
   *[other] { $actual } bytes
}: the server will read too much or too little
message-warning-length-missing = neither Content-Length nor chunks: the server takes the body for none
message-warning-length-and-chunked = Content-Length beside chunks: servers refuse this, or disagree where the request ends
message-warning-chunked-without-body = Transfer-Encoding without a body: the server will wait for one
message-warning-chunked-in-http10 = HTTP/1.0 has no chunks: the server may take their framing for content
message-warning-coding-not-applied = the body is sent as it is: jaunt applies no transfer coding but chunked
message-warning-method-not-in-http10 = { $method } is not among the methods of HTTP/1.0 (GET, HEAD, POST)
message-warning-credentials-in-clear = user name and password go in clear: anyone on the way can read them over http
message-warning-colon-in-user = a colon in the user name: the server takes the first one for the end of the name

# failures
message-control = { $option } holds a control character, { $character }, at position { $position }
message-method-empty = the method given with -X is empty
message-method = a method cannot hold { $character } (position { $position } of -X)
message-field-name = the name of a header field cannot hold { $character } (position { $position } of -H number { $number })
message-field-name-empty = -H number { $number } has no name before its colon
message-head-with-body = -I asks for a head only and a body is given: these are two methods
message-hint-control = nothing was sent; a line end here would begin another header field
message-hint-method = a method is one word: GET, PUT, PURGE
message-hint-field = -H 'Name: value'
message-hint-head = -X METHOD names the method that is meant
