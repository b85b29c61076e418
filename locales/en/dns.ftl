# Stage 3: from a name to addresses.

## Why a server gave no answer. They follow "…: " and say whose fault it is.
dns-failure-os = { $call }: { $error }
dns-failure-timeout = no answer within { $waited }
dns-failure-closed = { $read ->
    [0] the server closed the connection without an answer
    [one] the server closed the connection after 1 byte of its answer
   *[other] the server closed the connection after { $read } bytes of its answer
}
dns-failure-malformed = the server sent something that is not a DNS answer: { $what }
dns-failure-truncated = the answer is too long for UDP, and over TCP: { $then }
dns-failure-rcode = the server answered { $rcode }
dns-failure-refused = the server answered REFUSED: it does not serve this client or this name
dns-failure-servfail = the server answered SERVFAIL: it could not find out
dns-failure-notimp = the server answered NOTIMP: it does not know this kind of question
dns-failure-formerr = the server answered FORMERR: it could not read the question
dns-failure-lame = the server knows nothing of the name and does not ask others (lame)
dns-failure-unspeakable = the question cannot be written: { $what }
dns-failure-session = { $error }
dns-failure-stopped = stopped

## Failures of the stage.
dns-usage-resolve = --resolve { $text } cannot be understood
dns-usage-server = --dns-servers { $text } cannot be understood
dns-usage-type = --dns-type { $text } is not a record type
dns-bad-name = { $host } cannot be a DNS name: { $what }
dns-onion = { $host } is a name of the Tor network, not of the DNS
dns-invalid = { $host } does not exist
dns-not-found = { $host } does not exist
dns-no-address = { $host } exists but has no address
dns-no-address-v4 = { $host } has no IPv4 address
dns-no-address-v6 = { $host } has no IPv6 address
dns-unanswered-one = resolve { $host }: the DNS server { $server } was of no use: { $why }
dns-unanswered = resolve { $host }: none of { $servers } DNS servers gave an answer
dns-alias-loop = resolve { $host }: its aliases lead in a circle: { $chain }
dns-alias-chain = resolve { $host }: more than { $followed } aliases one after the other
dns-system-failed = getaddrinfo for { $host }: { $text } ({ $code })
dns-timed-out = resolve { $host }: no answer in time
dns-timed-out-max-time = resolve { $host }: the time given with -m has run out
dns-timed-out-connect-timeout = resolve { $host }: the time given with --connect-timeout has run out
dns-unavailable = this resolver is not available here

dns-tried = { $server } over { $transport }, { $kind } of { $name } { $times ->
    [one] : { $why }
   *[other] ({ $times } times): { $why }
}
dns-tried-name = { $name } does not exist
dns-tried-name-at = { $name } does not exist, says { $server }

dns-cause-onion = such names must not be asked for in the DNS (RFC 7686)
dns-cause-invalid = the top-level domain invalid is reserved for names that never exist (RFC 6761)
dns-cause-nxdomain = the name is misspelt, or no longer registered
dns-cause-nxdomain-at = the name is misspelt or not registered, or { $server } does not know it
dns-cause-nodata = the name has other records, but neither A nor AAAA
dns-cause-nodata-family = the name has addresses of the other family only, or none
dns-cause-alias = a mistake in the CNAME records of the zone
dns-cause-eai-again = the system's DNS servers could not be reached
dns-cause-timeout = the server is down, or a firewall drops the packets
dns-cause-refused = the server answers only its own network, or only its own names
dns-cause-servfail = the server of the zone is down or broken, or its DNSSEC signatures are wrong
dns-cause-lame = what was asked is not a resolver
dns-cause-truncated = a firewall lets DNS through over UDP but not over TCP
dns-cause-session = the encrypted connection to the DNS server could not be made
dns-cause-no-network = this machine has no network connection
dns-cause-port-closed = no DNS server listens at that address

dns-hint-resolve = write --resolve HOST:PORT:ADDRESS[,ADDRESS]..., IPv6 addresses in brackets, HOST may be *
dns-hint-server = write --dns-servers ADDRESS[:PORT],..., tls://ADDRESS[:PORT][#NAME] or https://HOST/dns-query
dns-hint-type = one of { $types }, or TYPE and a number
dns-hint-bad-name = labels have 1 to 63 bytes, a name up to 253
dns-hint-onion = use a Tor client as proxy
dns-hint-spelling = look at the spelling
dns-hint-single-label = { $host } has no dot: did you mean a full name such as { $host }.com?
dns-hint-nodata = jaunt --until dns --dns-type MX,NS,TXT http://{ $host }/ shows what it has
dns-hint-nodata-family = leave out -4 and -6
dns-hint-alias = jaunt --resolver iterative shows which zone's servers say so
dns-hint-resolver-stub = --resolver stub shows the questions and answers themselves
dns-hint-timeout = ask another server: --dns-servers ADDRESS
dns-hint-other-server = ask another server: --dns-servers ADDRESS
dns-hint-servfail = jaunt --resolver iterative shows which server fails
dns-hint-truncated = allow TCP port 53, or ask another server: --dns-servers ADDRESS
dns-hint-session = check the name behind # and the certificate, or ask in plain: --dns-servers ADDRESS
dns-hint-no-network = check the network connection; jaunt demo needs none
