# Stage 5
tls-name = { $host } cannot be a server's name in TLS
tls-cacert = --cacert { $path }: { $reason }
tls-own = client certificate { $path }: { $reason }
tls-file-no-certificate = no certificate is in it (PEM, BEGIN CERTIFICATE)
tls-file-no-key = no private key is in it (PEM, BEGIN PRIVATE KEY)
tls-file-encrypted-key = the key in it is encrypted with a password, which jaunt cannot undo
tls-file-unusable = it cannot be used: { $words }
tls-file-no-end = a section of it has no END line
tls-file-bad-begin = a BEGIN line of it is malformed
tls-file-not-base64 = a section of it is not base64
tls-file-not-pem = it is no PEM file

tls-certificate = the certificate of { $host } is refused: { $fault }
tls-fault-expired = it expired on { $end }, { $days ->
    [0] today
    [1] one day ago
   *[other] { $days } days ago
} (now { $now })
tls-fault-not-yet = it is valid only from { $start } on (now { $now })
tls-fault-name = it is for { $names }, not for { $asked }
tls-fault-name-more = it is for { $names } and { $more } more, not for { $asked }
tls-fault-subject-only = it names no host: { $asked } would have to be a subject alternative name, the subject ({ $subject }) does not count
tls-fault-self-signed = it is signed by itself ({ $subject }) and is not among those that are trusted
tls-fault-unknown-issuer = its issuer { $issuer } is not trusted by { $source }
tls-fault-purpose = it is not made for servers (extended key usage)
tls-fault-signature = a signature in the chain is not its issuer's
tls-fault-weak = the chain is signed with { $algorithm }, which proves nothing any more
tls-fault-critical = it has a critical extension that is not understood
tls-fault-malformed = it is not a well-formed certificate
tls-fault-other = { $words }

tls-source-cacert = the roots of --cacert { $path }
tls-source-system = the system's roots ({ $path })
tls-source-nothing = this system, which has no roots at all
tls-source-built-in = jaunt's own roots

tls-not-tls = { $host } at { $peer } does not speak TLS: it said “{ $said }”
tls-closed = { $host } closed the connection during the TLS handshake, after { $bytes ->
    [0] no byte of its own
    [1] one byte
   *[other] { $bytes } bytes
}
tls-alert = { $host } ended the TLS handshake with the alert { $alert }
tls-version = { $host } speaks neither TLS 1.2 nor TLS 1.3
tls-protocol = the TLS handshake with { $host } failed: { $words }
tls-io = the TLS handshake with { $host } failed: { $error }
tls-timed-out = the TLS handshake with { $host } did not end within { $limit } ({ $bytes ->
    [0] nothing came
    [1] one byte came
   *[other] { $bytes } bytes came
})
tls-limit-max-time = the time given with -m
tls-limit-connect-timeout = the time allowed for connecting (--connect-timeout)
tls-limit-default = 300 seconds

tls-cause-expired = the server's owner has not renewed it, or this machine's clock is wrong
tls-hint-expired = compare the clock (date); -k goes on without any check: then anybody may be the other end
tls-cause-not-yet = this machine's clock is slow, or the certificate was made for later
tls-hint-clock = compare the clock (date)
tls-cause-name = this address answers for other names than the one that was asked for
tls-hint-name = use one of the certificate's names in the URL; --connect-to keeps the name and changes the address
tls-cause-self-signed = a test server, a device, or somebody between you and the server
tls-cause-short-chain = a private authority, or a server that does not send the certificates between its own and the root
tls-cause-unknown-issuer = a private authority, or somebody between you and the server
tls-hint-trust = --cacert FILE trusts the root in that file; -k goes on without any check: then anybody may be the other end
tls-hint-insecure = -k goes on without any check: then anybody may be the other end
tls-hint-cacert = --cacert takes a file of certificates in PEM form
tls-hint-own = --cert takes a certificate in PEM form, --key its key, or both in one file
tls-cause-not-tls = port { $port } serves something else, perhaps plain HTTP
tls-hint-not-tls = try http:// with that port, or https:// with another one
tls-cause-closed = the server does not want TLS on that port, or something between cuts it
tls-hint-port = check the port: TLS is mostly at 443, or 8443
tls-cause-wants-certificate = the server asks the client for a certificate
tls-hint-unrecognized = the server serves no such name; check the host in the URL
tls-cause-alert = the two have no version, cipher or key exchange in common
tls-hint-openssl = openssl s_client -connect HOST:PORT shows the same handshake with another library
tls-cause-version = the server is older than 2008 in what it speaks, or set so
tls-hint-version = jaunt has no older versions: they are broken (RFC 8996)
tls-cause-stalled = the server accepted the connection and then said nothing: it is overloaded, or the port is not one for TLS

tls-not-used = not used: the scheme is http
tls-secured = { $version }, { $cipher }, the server is who it says it is
tls-secured-unchecked = { $version }, { $cipher }, with a server that is not checked (-k)
tls-resumed = { $version }, { $cipher }, an earlier session resumed
tls-none = no secured connection
tls-label-name = name
tls-label-alpn = ALPN
tls-label-trust = trust
tls-label-group = group
tls-label-certificate = server
tls-label-chain = no. { $place }
tls-sni-note = sent in the clear (SNI): one address serves many names
tls-sni-none = none
tls-sni-none-note = an address is not sent as a server's name
tls-alpn-offered = offered
tls-alpn-note = agreed for the messages inside
tls-group-note = key exchange: the secret of this session never crosses the network
tls-group-retried = key exchange, after the server had asked for another key share (HelloRetryRequest)
tls-key-log = the session's secrets are written to { $path } (SSLKEYLOGFILE): whoever reads it can read the traffic
tls-verified = { $root }, one of { $source }
tls-unchecked = -k: the certificate was not checked; the check would have succeeded
tls-unchecked-fault = -k: the certificate was not checked; { $fault }
tls-rejected = refused: { $fault }
tls-client-certificate = the client's own certificate was offered
tls-bytes = { $bytes ->
    [1] 1 byte
   *[other] { $bytes } bytes
}
tls-encrypted-records = { $records ->
    [1] 1 encrypted record
   *[other] { $records } encrypted records
}
tls-held = { $bytes } bytes (Finished) wait for the request and leave with it in one write
tls-tickets = { $total ->
    [1] one session ticket has come: the next connection can resume
   *[other] { $total } session tickets have come: the next connection can resume
}
tls-told-alert = alert { $alert }
tls-told-alert-unnamed = an alert
tls-chain-next = { $subject }, signed by { $issuer }
tls-names = for { $names }
tls-names-more = for { $names } and { $more } more
tls-issuer = signed by { $issuer }
tls-validity = valid { $from } to { $until }: { $days ->
    [0] it ends today
    [1] one day left
   *[other] { $days } days left
}
tls-validity-over = valid { $from } to { $until }: over for { $days ->
    [1] one day
   *[other] { $days } days
}
tls-key-bits = key { $key } of { $bits } bits, signature { $signature }
tls-key = key { $key }, signature { $signature }
tls-serial = serial number { $serial }, { $bytes } bytes
