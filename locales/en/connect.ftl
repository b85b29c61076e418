# Stage 4
connect-interrupted = interrupted while connecting to { $host }
connect-no-address = no address to connect to for { $host }
connect-failed-one = connect to { $peer } for { $host }: { $error }
connect-failed-address = connect to { $peer }: { $error }
connect-failed-all = connect to { $host }: each of its { $addresses } addresses failed
connect-timed-out-one = connect to { $peer } for { $host }: no answer within { $limit }
connect-timed-out-address = connect to { $peer }: no answer within { $limit }
connect-timed-out = connect to { $host }: none of its { $addresses } addresses answered within { $limit }
connect-to-port = --connect-to { $value }: what stands for the last port is no port number

connect-limit-max-time = the time given with -m
connect-limit-connect-timeout = the time allowed for connecting (--connect-timeout)
connect-limit-default = 300 seconds

connect-tried-failed = { $peer }: { $error } after { $took }
connect-tried-unanswered = { $peer }: no answer after { $took }
connect-tried-not = { $peer }: not tried, the time had run out

connect-cause-refused = the machine answered, but no program listens on port { $port } there (or a firewall rejects it)
connect-hint-refused = check that the server is running and that { $port } is its port
connect-cause-silent = nothing came back: the machine is down, the address is wrong, or a firewall drops the packets
connect-hint-silent = try the same address with another port, or allow more time with --connect-timeout
connect-cause-late = the time was used up before the first connect()
connect-hint-late = allow more time with -m or --connect-timeout
connect-cause-no-ipv6 = this machine has no IPv6 route to there
connect-hint-no-ipv6 = -4 asks for IPv4 addresses only
connect-cause-unreachable = this machine knows no route to there
connect-hint-unreachable = check that the network is up: ip route get ADDRESS
connect-cause-nobody = no machine answers at that address: it is down, or the address is wrong
connect-hint-nobody = check the address; ping shows whether anything answers there
connect-cause-forbidden = this machine does not let jaunt connect there: a local firewall rule or a sandbox
connect-hint-forbidden = look at the local firewall's rules for outgoing connections
connect-cause-descriptors = this process may open no more descriptors
connect-hint-descriptors = close some, or raise the limit: ulimit -n
connect-hint-connect-to = the form is HOST1:PORT1:HOST2:PORT2; any part may be empty, IPv6 addresses stand in brackets

connect-made = { $local } to { $peer }
connect-kept = { $local } to { $peer }, a connection kept from before
connect-none = no connection
connect-diverted = { $asked } is served at { $actual } here
connect-no-socket = no socket for { $peer }: { $error }
connect-in-progress = SYN sent, no answer yet
connect-answered = connected after { $took }
connect-after = after { $took }
connect-abandoned = { $peer } given up after { $took }
connect-chosen = { $tried ->
    [1] the first of { $of } addresses answered: nothing else was tried
   *[other] address { $place } of { $of } answered first; { $tried } were tried
}
connect-reused = connection { $connection }, descriptor { $fd }: no new socket, no new handshake
connect-local-port = the port was chosen by the operating system

connect-interface = leaves by { $name }
connect-interface-mtu = leaves by { $name }, packets of at most { $mtu } bytes
connect-network = network number { $network }, host number { $host } (mask of { $bits } bits)
connect-to-this-machine = the packets do not leave this machine
connect-to-same-subnet = the server is on the same subnet: the packets go to it directly
connect-to-router = the server is on another network: the packets go to the router { $router }
connect-to-link = the packets go out on that link; no router is named
connect-peer-kind = the server's address is { $kind }
connect-kind-unspecified = the unspecified address
connect-kind-loopback = a loopback address: this machine itself
connect-kind-private = a private address (RFC 1918): it means something in this network only
connect-kind-unique-local = a unique local address (RFC 4193): it means something in this network only
connect-kind-shared = an address shared behind a provider's translator (RFC 6598)
connect-kind-link-local = a link-local address: it means something on this link only
connect-kind-documentation = a documentation address (RFC 5737, 3849): nobody on the internet has it
connect-kind-benchmarking = a benchmarking address (RFC 2544)
connect-kind-multicast = a multicast address: a group, not a machine
connect-kind-broadcast = the broadcast address
connect-kind-reserved = a reserved address (RFC 1112)
connect-kind-v4-mapped = an IPv4 address written as IPv6 (RFC 4291)
connect-kind-nat64 = an IPv4 address behind a translator (NAT64, RFC 6052)
connect-kind-six-to-four = an IPv4 address that carries IPv6 (6to4, RFC 3056)
connect-kind-teredo = a Teredo address (RFC 4380)
