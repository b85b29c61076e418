# What spans stages: interruption, redirects, output, the timeline.
journey-os-error = { $words } ({ $name })
journey-os-error-unnamed = { $words }
journey-interrupted = interrupted
journey-too-many-redirects = { $max ->
    [one] stopped after { $max } redirect; the next would have been to { $next }
   *[other] stopped after { $max } redirects; the next would have been to { $next }
}
journey-too-many-redirects-cause = the server redirects in a circle, or expects a cookie that it has set
journey-too-many-redirects-hint = --max-redirs N allows more; -b '' keeps cookies from one redirect to the next
journey-redirect-scheme = the server redirects to { $to }, which is neither http nor https
journey-redirect-scheme-hint = a server must not choose a file or a program on this machine; fetch that URL yourself if you trust it
journey-http-status = the server answered { $status } for { $url }
journey-http-status-hint = without -f the answer's content is written, and may say why
journey-redirect-forbidden = redirected to { $to }, which the page does not allow: { $why }
journey-continuing = asking for what begins at byte { $offset }, as -C says
journey-continuing-file = asking for what begins at byte { $offset }: the rest of { $path }, as -C says
journey-stage-url = URL
journey-stage-message = Message
journey-stage-dns = DNS
journey-stage-connect = Connect
journey-stage-tls = TLS
journey-stage-response = Response
journey-stage-images = Images
journey-next = Next URL
journey-withheld = not sent on: { $what }. It was given for { $from }, and { $to } is another origin
journey-cookies-sent = { $count ->
    [one] cookie sent back: { $names }
   *[other] cookies sent back: { $names }
}
journey-cookie-stored = cookie { $name } kept for { $scope }
journey-cookie-refused = cookie { $name } refused: { $why }
journey-retrying = the kept connection { $connection } had been closed by the server ({ $error }); asking again on a new one
journey-repeated = { $times ->
    [one] { $times } request was sent again on a new connection: the server had closed the kept one
   *[other] { $times } requests were sent again on new connections: the server had closed the kept ones
}
journey-skip-no-network = not needed: the scheme uses no network
journey-skip-not-https = not used: the scheme is http
journey-skip-kept = not needed: connection { $connection } (descriptor { $fd }) to the same origin is still open
journey-skip-not-html = none looked for: the answer is not an HTML page
journey-skip-not-asked = not asked for
journey-redirect = Redirect
journey-redirect-followed = followed, as -L asks: the next request is { $method }
journey-redirect-not-asked = not followed: -L would
journey-redirect-too-many = not followed: as many as --max-redirs allows were followed already
journey-redirect-not-http = not followed: a server may redirect to http and https only
journey-redirect-bad-location = not followed: the Location field cannot be read as a URL
journey-local = Local
journey-local-file = { $path }, a file of this machine: no network
journey-local-size = a file of { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}
journey-local-no-size = no plain file: it ends when it ends
journey-local-read = read to its end: { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}
journey-local-data = { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
} of { $type } out of the URL itself, without any network
journey-failure = Failed
journey-failed = outside the stages
journey-failed-in = in stage { $stage }
journey-failed-tried = tried
journey-failed-cause = likely
journey-failed-hint = try
journey-closed-more = and { $more } more
journey-local-open = cannot read { $path }: { $error }
journey-local-directory = cannot read { $path }: it is a directory
journey-local-read-failed = reading { $path } failed after { $after ->
    [one] { $after } byte
   *[other] { $after } bytes
}: { $error }
journey-local-timed-out = { $path } was not read to its end in time; { $after ->
    [one] { $after } byte
   *[other] { $after } bytes
} came
journey-local-too-large = more than the { $limit ->
    [one] { $limit } byte
   *[other] { $limit } bytes
} that --max-filesize allows
journey-local-beyond = continue at byte { $offset }: { $size ->
    [one] there is { $size } byte
   *[other] there are { $size } bytes
}
journey-local-no-middle = { $path } cannot be read from byte { $offset } on: it is no plain file
journey-local-hint-beyond = nothing was written; without -C it is read from its first byte
journey-local-no-comma = the data: URL has no comma before its data
journey-local-base64 = the data of the data: URL is not base64, as it says
journey-local-hint-missing = ls shows what is there; spaces and % in a name are %20 and %25 in a URL
journey-local-hint-permission = this user may not read it
journey-local-hint-directory = name a file in it
journey-local-hint-max-time = -m SECONDS gives it more time
journey-local-hint-silent = is anything writing to it?
journey-local-hint-too-large = --max-filesize BYTES sets the limit
journey-local-hint-data = a data: URL looks like data:text/plain;base64,aGk=
journey-timeline = Timeline
journey-timeline-page = page
journey-timeline-rest = { $rest ->
    [one] { $rest } other fetch took less time than these and is not drawn
   *[other] { $rest } other fetches took less time than these { $shown } and are not drawn
}
journey-phase-dns = dns
journey-phase-connect = connect
journey-phase-tls = tls
journey-phase-wait = wait
journey-phase-body = body
