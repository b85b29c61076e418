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
dns-failure-unauthoritative = the server is not in charge of the name and answers all the same: that is hearsay
dns-failure-not-down-root = the server refers back to the root: it does not serve its zone (lame)
dns-failure-not-down = the server refers to { $zone }, which is no nearer to the name: it does not serve its zone (lame)
dns-failure-unspeakable = the question cannot be written: { $what }
dns-failure-session = { $error }
dns-failure-http = the server answered with HTTP status { $status }
dns-failure-stopped = interrupted
dns-failure-out-of-time = no answer before the time had run out

## Failures of the stage.
dns-usage-resolve = --resolve { $text } cannot be understood: write HOST:PORT:ADDRESS[,ADDRESS]..., IPv6 addresses in brackets, HOST may be *
dns-usage-server = --dns-servers { $text } cannot be understood: write ADDRESS[:PORT], tls://ADDRESS[:PORT][#NAME] or https://HOST/dns-query
dns-usage-type = --dns-type { $text } is not a record type: write one of { $types }, or TYPE and a number
dns-bad-name = { $host } cannot be a DNS name: { $what }
dns-onion = { $host } is a name of the Tor network, not of the DNS
dns-invalid = { $host } does not exist
dns-not-found = { $host } does not exist
dns-no-address = { $host } exists but has no address
dns-no-address-v4 = { $host } has no IPv4 address
dns-no-address-v6 = { $host } has no IPv6 address
dns-unanswered-one = resolve { $host }: the DNS server { $server } was of no use: { $why }
dns-unanswered = resolve { $host }: none of { $servers } DNS servers gave an answer
dns-zone-unserved-one = resolve { $host }: the only server in charge of { $zone }, { $server }, was of no use: { $why }
dns-zone-unserved = resolve { $host }: none of the { $servers } servers in charge of { $zone } could be asked with success
dns-walk-too-long = resolve { $host }: given up after { $questions } questions on the walk from the root
dns-root-hints = --root-hints { $path }: { $what }
dns-alias-loop = resolve { $host }: its aliases lead in a circle: { $chain }
dns-alias-chain = resolve { $host }: more than { $followed } aliases one after the other
dns-system-failed = getaddrinfo for { $host }: { $text } ({ $code })
dns-timed-out = resolve { $host }: no answer in time
dns-timed-out-max-time = resolve { $host }: the time given with -m has run out
dns-timed-out-connect-timeout = resolve { $host }: the time given with --connect-timeout has run out

dns-tried = { $server } over { $transport }, { $kind } of { $name }{ $times ->
    [one] {""}
   *[other] {" "}({ $times } times)
}: { $why }
dns-tried-missing = { $name }, in charge of { $zone }: its address could not be found
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
dns-cause-missing-glue = the zone above names the servers of { $zone } but does not give their addresses (glue)
dns-cause-lame-delegation = the zone above names servers for { $zone } that are not set up to serve it (lame delegation)
dns-cause-zone-mixed = the servers of { $zone } are broken in different ways
dns-cause-walk-too-long = the zones on the way point at each other, or somebody wants to keep resolvers busy
dns-cause-timeout = the server is down, or a firewall drops the packets
dns-cause-refused = the server answers only its own network, or only its own names
dns-cause-servfail = the server of the zone is down or broken, or its DNSSEC signatures are wrong
dns-cause-lame = what was asked is not a resolver
dns-cause-truncated = a firewall lets DNS through over UDP but not over TCP
dns-cause-session = the encrypted connection to the DNS server could not be made
dns-cause-no-network = this machine has no network connection
dns-cause-port-closed = no DNS server listens at that address

dns-hint-bad-name = labels have 1 to 63 bytes, a name up to 253
dns-hint-onion = use a Tor client as proxy
dns-hint-spelling = check the spelling
dns-hint-single-label = { $host } has no dot: did you mean a full name such as { $host }.com?
dns-hint-nodata = jaunt --until dns --dns-type MX,NS,TXT http://{ $host }/ shows what it has
dns-hint-nodata-family = leave out -4 and -6
dns-hint-alias = jaunt --resolver iterative shows which zone's servers say so
dns-hint-resolver-stub = --resolver stub shows the questions and answers themselves
dns-hint-zone = only the owner of { $zone } can mend it; --resolve { $host }:PORT:ADDRESS does without DNS
dns-hint-resolver-plain = --resolver stub asks a resolver, which may know the answer
dns-hint-root-hints = the file has the form of named.root: NS records of the root and the addresses of its servers
dns-hint-timeout = ask another server: --dns-servers ADDRESS
dns-hint-other-server = ask another server: --dns-servers ADDRESS
dns-hint-servfail = jaunt --resolver iterative shows which server fails
dns-hint-truncated = allow TCP port 53, or ask another server: --dns-servers ADDRESS
dns-hint-session = check the name behind # and the certificate, or ask in plain: --dns-servers ADDRESS
dns-hint-no-network = check the network connection; jaunt demo needs none

## Remarks.
dns-remark-local = names under local belong to multicast DNS (RFC 6762), which --resolver system may speak; the DNS servers are asked here

## Why jaunt's resolver and getaddrinfo differ.
dns-because-order = the same addresses in another order: each sorts by RFC 6724 from what it knows, and servers rotate their records
dns-because-other-servers = jaunt asked the servers of --dns-servers, getaddrinfo those of the system
dns-because-other-file = jaunt asked the servers of { $path }, getaddrinfo those of /etc/resolv.conf
dns-because-mdns = a name under local: getaddrinfo may have asked by multicast
dns-because-nsswitch = /etc/nsswitch.conf makes getaddrinfo ask also: { $sources }
dns-because-family = one has IPv4 or IPv6 addresses that the other lacks: one of the two questions went unanswered
dns-because-changing = the servers give other addresses to each question, or one of the two has an older answer

## Narration.
dns-headline = { $host } is { $addresses }
dns-headline-literal = { $host } is an address already
dns-headline-pinned = { $host } is { $addresses }, says --resolve
dns-headline-localhost = { $host } is this machine: { $addresses }
dns-headline-hosts = { $host } is { $addresses }, says the hosts file
dns-headline-cache = { $host } is { $addresses }, known already
dns-headline-system = { $host } is { $addresses }, says the system
dns-headline-records = records of { $host }
dns-headline-none = no address for { $host }
dns-headline-not-used = not used
dns-and-more = { $shown } and { $more } more

dns-literal = nobody is asked
dns-pinned = entry { $host }:{ $port } of --resolve: nobody is asked
dns-localhost = localhost never leaves the machine (RFC 6761): nobody is asked
dns-hosts = { $path } has the name: no DNS server is asked
dns-hosts-line = line { $line }  { $address }
dns-configured = servers { $servers }; search { $search }; ndots { $ndots }; timeout { $timeout }, { $attempts ->
    [one] 1 attempt
   *[other] { $attempts } attempts
}; options { $options }
dns-configured-missing = { $path } is missing: the server is this machine
dns-configured-empty = { $path } names no server: the server is this machine
dns-not-honoured = not honoured: { $line }
dns-candidate = asked as typed: { $name }
dns-candidate-search = with { $domain } from the search list: { $name }
dns-from-file = nameserver line of { $path }
dns-from-default = the default
dns-from-command-line = --dns-servers
dns-from-nowhere = named by a referral
dns-server = server { $server } over { $transport } ({ $from })
dns-server-stream = server { $server } over { $transport }
dns-server-again = server { $server } over { $transport }, attempt { $attempt }
dns-server-redirected = server { $server } over { $transport }, reached at { $actual }
dns-opened-udp = no packet yet: UDP has no handshake; from { $local }
dns-opened-tcp = handshake done after { $took }; from { $local }
dns-sent = { $bytes } bytes   id { $id }  { $question } ?
dns-rd = recursion desired
dns-no-rd = no recursion: only what it knows itself
dns-received = { $bytes } bytes   id { $id }  { $says }
dns-says-authoritative = NOERROR, authoritative: from the source
dns-says-cached = NOERROR, not authoritative: a copy
dns-says-plain = NOERROR, not authoritative
dns-says-nodata = NOERROR, but no { $kind } record
dns-says-nxdomain = NXDOMAIN: the name does not exist
dns-says-nxdomain-authoritative = NXDOMAIN, authoritative: the name does not exist
dns-says-truncated = { $rcode }, truncated: it did not fit
dns-says-error = { $rcode }
dns-section-answer = { $records ->
    [one] answer: 1 record
   *[other] answer: { $records } records
}
dns-section-authority = { $records ->
    [one] authority: 1 record
   *[other] authority: { $records } records
}
dns-section-additional = { $records ->
    [one] additional: 1 record
   *[other] additional: { $records } records
}
dns-more-records = and { $more } more (-v shows all)
dns-flag-aa = authoritative (AA)
dns-flag-no-aa = a copy: from the cache of a server that asked others, now or earlier (no AA)
dns-flag-tc = truncated (TC)
dns-flag-rd = recursion desired (RD)
dns-flag-ra = recursion available (RA)
dns-flag-ad = validated by the server (AD)
dns-flag-cd = checking disabled (CD)
dns-edns = EDNS version { $version }, takes { $size } bytes, DNSSEC records wanted: { $dnssec ->
    [yes] yes
   *[no] no
}
dns-trailing = { $bytes ->
    [one] 1 byte follows the message
   *[other] { $bytes } bytes follow the message
}
dns-truncated = it did not fit a datagram: the same question over TCP
dns-without-edns = { $rcode }: the server does not understand EDNS; the same question without it
dns-ignored = { $bytes ->
    [one] 1 byte ignored: { $why }
   *[other] { $bytes } bytes ignored: { $why }
}
dns-ignored-id = id { $got } is not what was asked with
dns-ignored-question = it answers another question: { $got }
dns-ignored-no-question = it does not say which question it answers
dns-ignored-not-an-answer = it is not an answer
dns-ignored-malformed = it cannot be read: { $what }
dns-ignored-repeated = that question is answered already
dns-strayed = { $records ->
    [one] 1 record of another name from { $server }, not believed
   *[other] { $records } records of other names from { $server }, not believed
}
dns-no-answer = { $server }, { $kind }: { $why }
dns-alias = { $name } is an alias of { $target }
dns-alias-asked = { $name } is an alias of { $target }, which is asked for now
dns-from-cache = { $question }: in jaunt's cache: { $held }, { $age } s old, { $left } s to live
dns-cache-records = an answer
dns-cache-nodata = no such record
dns-cache-nxdomain = no such name
dns-joined = another fetch was asking for { $host } at that moment: its answer serves both
dns-system-answered = { $addresses ->
    [one] 1 address after { $took }
   *[other] { $addresses } addresses after { $took }
}
dns-system-canonical = canonical name { $name }
dns-system-opaque = whom it asked (hosts file, DNS, mDNS, a daemon) it does not tell
dns-system-said = { $code }: { $text }, after { $took }
dns-compared-same = jaunt's resolver and getaddrinfo agree
dns-compared-order = jaunt's resolver and getaddrinfo agree, but for the order
dns-compared-differ = jaunt's resolver and getaddrinfo differ
dns-compared-jaunt = only jaunt: { $addresses }
dns-compared-system = only getaddrinfo: { $addresses }
dns-further-unanswered = { $question }: no answer

## The walk from the root.
dns-says-referral = NOERROR, a referral
dns-walk-root = the root
dns-walk-no-recursion = no server is asked to find out, each only for what it knows itself (no recursion)
dns-walk-alias = { $name } is an alias of { $target }: the walk goes on for that name
dns-walk-begun = { $question }: the walk begins at the root, which has { $servers ->
    [one] 1 server
   *[other] { $servers } servers
  } (built-in hints)
dns-walk-begun-hints = { $question }: the walk begins at the root, which has { $servers ->
    [one] 1 server
   *[other] { $servers } servers
  } ({ $path })
dns-walk-begun-known = { $question }: the walk begins at { $zone }, whose servers are known by now
dns-walk-asking = asks { $name } ({ $server }), in charge of { $zone }
dns-walk-asking-redirected = asks { $name } ({ $server }, really at { $actual }), in charge of { $zone }
dns-walk-referred = it does not know, and names the servers of { $to }: { $servers }
dns-walk-server-bare = { $name } (no address given)
dns-walk-ignored = not believed, for it is not this server's to say: { $record }
dns-walk-need-address = the address of { $name } has to be found first, by a walk of its own
dns-walk-have-address = { $name } is { $addresses }; back to the walk that needed it
dns-walk-no-address = the address of { $name } could not be found
dns-walk-missing-glue = { $name } cannot be asked: its address is known only to { $zone }, which it serves itself
dns-walk-useless = { $name } is of no use: { $why }
dns-walk-answered = { $name } is in charge of { $zone }: the answer is authoritative
dns-walk-denied-name = { $name } is in charge of { $zone } and says: there is no { $host }
dns-walk-denied-type = { $name } is in charge of { $zone } and says: the name exists, without { $kind } records
dns-walk-denied-soa = the SOA of { $zone } lets that be believed for { $ttl } s
dns-walk-tree = the way:
dns-tree-referred = { $server } names { $to }
dns-tree-need-address = needs the address of { $name }
dns-tree-missing = no address for { $name }
dns-tree-useless = { $server } is of no use: { $why }
dns-tree-alias = is an alias of { $target }
dns-tree-answered = { $server } answers { $data }
dns-tree-denied-name = { $server } says: no { $name }
dns-tree-denied-type = { $server } says: no { $kind }

## The order of several addresses.
dns-sorted = { $address } is tried before { $next }: { $why }
dns-sorted-from = { $address } from { $source }
dns-sorted-no-route = { $address }: no route
dns-rule-reachable = this machine has a route to it (RFC 6724, rule 1)
dns-rule-scope = its scope is that of the address it is reached from (RFC 6724, rule 2)
dns-rule-label = it is of the same kind as the address it is reached from (RFC 6724, rule 5)
dns-rule-precedence = its kind of address is preferred (RFC 6724, rule 6)
dns-rule-smaller-scope = it is nearer by its scope (RFC 6724, rule 8)
dns-rule-longest-prefix = it shares more leading bits with the address it is reached from (RFC 6724, rule 9)
dns-session-connected = connected to { $peer } from { $local }, descriptor { $fd }
dns-session-secured = { $version }, { $cipher }: nobody on the way can read the questions
dns-session-secured-alpn = { $version }, { $cipher }, { $alpn }: nobody on the way can read the questions
