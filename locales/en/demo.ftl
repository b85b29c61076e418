# The embedded internet of `jaunt demo`.
demo-ports-all = a little internet on loopback: every server has the port that a real one would have
demo-ports-other = a little internet on loopback: { $moved ->
    [one] 1 server is not where it should be, and its packets go where it is
   *[other] { $moved } servers are not where they should be, and their packets go where they are
  }
demo-ports-other-because = a little internet on loopback: { $moved ->
    [one] 1 server could not be where it should ({ $why }), and its packets go where it is
   *[other] { $moved } servers could not be where they should ({ $why }), and their packets go where they are
  }
demo-role-root = name server of the root
demo-role-tld = name server of the top-level domains example and test
demo-role-lab = name server of lab.example
demo-role-dead = should be a name server; is not running
demo-role-resolver = resolver, as a provider runs one
demo-role-http = web server
demo-role-https = web server with TLS
demo-moved = { $role }; really at { $actual }
demo-moved-because = { $role }; really at { $actual }, because its own place could not be had: { $why }
demo-broken = broken on purpose ({ $kind }): { $what }
demo-short-wait = so that nobody waits for long: { $option }
demo-system-resolver = the operating system's resolver knows nothing of the demo: its answers come from the real configuration

demo-break-dns-nxdomain = the zone lab.example has no www
demo-break-dns-nodata = www.lab.example exists but has no address
demo-break-dns-servfail = the name servers of lab.example answer SERVFAIL, and so does the resolver
demo-break-dns-refused = the name servers of lab.example answer REFUSED, and so does the resolver
demo-break-dns-lame = the name servers of lab.example know nothing of that zone and point back to the root, and so does the resolver
demo-break-dns-timeout = the name servers of lab.example and the resolver receive every question and say nothing
demo-break-dns-truncated = answers are said to be too long for UDP, so that they come over TCP
demo-break-dns-cname-loop = www.lab.example and web.lab.example are aliases of each other
demo-break-dns-missing-glue = the servers of lab.example have names in lab.example, and the server above does not give their addresses
demo-break-dns-dead-first-server = the first of two servers is not running
demo-break-dns-spoofed-id = a forged answer with a wrong id comes before each real one
demo-break-connect-refused = the web server is not running
demo-break-connect-timeout = packets that ask the web server for a connection are dropped
demo-break-tls-expired = the site's certificate expired a week ago
demo-break-tls-wrong-name = the site's certificate is for other.lab.example
demo-break-tls-self-signed = the site's certificate is signed by itself
demo-break-tls-unknown-root = the authority that signed the site's certificate is not among those trusted
demo-break-tls-plain = the web server speaks plain HTTP where TLS is expected
demo-break-response-short = the server closes in the middle of the page
demo-break-response-reset = the server resets the connection in the middle of the page
demo-break-response-empty = the server closes without a byte
demo-break-response-garbage = the server answers as a mail server would
demo-break-response-stall = the server takes the request and says nothing
