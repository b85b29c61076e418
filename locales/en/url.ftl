# Stage 1: the URL in its parts, what was done to it, and what is wrong with it.

url-stage = URL
url-unread = what was typed is no URL
url-clipped = { $start }… ({ $bytes } bytes in all)

# names of the parts
url-name-typed = typed
url-name-base = from
url-name-reference = to
url-name-scheme = scheme
url-name-userinfo = user
url-name-host = host
url-name-port = port
url-name-path = path
url-name-query = query
url-name-fragment = frag

# what the parts are for
url-access-http = access method: HTTP over TCP
url-access-https = access method: HTTP over TLS, TCP
url-access-file = access method: a file; no network
url-access-data = the URL holds the data; no network
url-access-ftp = access method: a file on an FTP server
url-access-mailto = access method: a mail to a person
url-access-news = access method: a newsgroup or an article in it
url-access-tel = access method: a call or a message to a telephone
url-access-ws = access method: a WebSocket, after an HTTP upgrade
url-access-javascript = access method: a program for a browser to run
url-access-about = access method: a page that a browser makes itself
url-access-urn = a name, not an access method: it says what, not where
url-access-shell = access method: a session or a file over SSH
url-access-ldap = access method: entries of a directory server
url-access-chat = access method: a person or a room of a chat or call
url-access-gopher = access method: a menu or a file on a Gopher server
url-access-blob = access method: data inside one browser
url-access-magnet = access method: content found by its hash among peers
url-access-other = access method: not known to jaunt
url-assumed-access = not typed: assumed; HTTP over TCP

url-for-userinfo = who asks: Basic credentials
url-for-userinfo-login = who logs in there
url-for-host = whom to reach; DNS will say where
url-for-host-unicode = whom to reach; DNS will say where; reads { $unicode }
url-for-host-ipv4 = an IPv4 address: DNS is not asked
url-for-host-ipv6 = an IPv6 address: DNS is not asked
url-for-host-opaque = whom to reach, as this scheme understands it
url-for-host-file = this machine
url-for-port-typed = which service there
url-for-port-default = not typed: the default for { $scheme }
url-for-port-dropped = typed; the default for { $scheme }
url-for-path = what to ask for
url-for-path-default = not typed: the root
url-for-path-omitted = file name left to the server
url-for-path-directory = file or directory: server decides
url-for-path-file = which file
url-for-path-mailto = to whom
url-for-path-news = which newsgroup or article
url-for-path-data = media type, then the data
url-for-path-other = what, as this scheme understands it
url-for-query = parameters, sent with the path
url-for-query-file = not part of a file's name: ignored
url-for-query-mailto = header fields for the mail
url-for-query-other = parameters
url-for-fragment = place in the document; never sent
url-for-fragment-other = the place in it

# -v: where each part was typed
url-bytes = bytes { $start } to { $end } of what was typed: { $part }
url-bytes-none = not typed: { $part }

# what was changed
url-change-trimmed = changed: spaces around it are ignored
url-change-scheme-case = changed: scheme { $from } is { $to }; case does not matter there
url-change-slashes = changed: "{ $from }" before the host is "{ $to }"
url-change-slashes-none = changed: "{ $to }" is supplied before the host
url-change-backslash = changed: \ is / here: { $from } is { $to }
url-change-host-case = changed: host { $from } is { $to }; case does not matter there
url-change-idn = changed: host { $from } is asked for as { $to } (punycode)
url-change-host-decoded = changed: host { $from } is { $to }, percent-encoding undone
url-change-ipv4-notation = changed: host { $from } is the IPv4 address { $to }
url-change-ipv6-notation = changed: host { $from } is { $to } in short
url-change-localhost-dropped = changed: host { $from } is this machine and goes without saying
url-change-default-port-dropped = changed: port { $from } is the scheme's own and goes without saying
url-change-empty-port-dropped = changed: the colon without a port is dropped
url-change-port-notation = changed: port { $from } is { $to }
url-change-dot-segments = changed: . and .. are resolved before anything is sent: { $from } is { $to }
url-change-path-rewritten = changed: path { $from } is { $to }
url-change-encoded-userinfo = changed: user name or password percent-encoded: { $from } is { $to }
url-change-encoded-path = changed: path percent-encoded: { $from } is { $to }
url-change-encoded-query = changed: query percent-encoded: { $from } is { $to }
url-change-encoded-fragment = changed: fragment percent-encoded: { $from } is { $to }
url-repaired = repaired: spaces or bytes beyond ASCII were percent-encoded
url-fragment-inherited = the fragment is kept from the URL before

# where other tools read it otherwise
url-warning-other-host = curl would contact { $there }, not { $here }: it takes \ for an ordinary character
url-warning-backslash = \ is / to a browser and an ordinary character to curl
url-warning-slashes-fewer = without two slashes RFC 3986 sees no host here; curl refuses it
url-warning-slashes-three = RFC 3986 sees an empty host here; curl accepts three slashes, other tools do not
url-warning-slashes-more = RFC 3986 sees an empty host here; curl refuses it
url-warning-several-ats = several @: the last one ends the user information here; curl refuses the URL
url-warning-at-after-host = @ after the host: if a password holds / ? or #, write it as %2F %3F %23
url-warning-odd-ipv4 = { $typed } is a name by RFC 3986, which some tools ask DNS for; to browsers and curl it is { $address }
url-warning-non-ascii-host = host names beyond ASCII are mapped differently by different tools; the punycode form is not
url-warning-invisible = characters in the host that cannot be seen or reorder what is read: { $characters }
url-warning-space = curl refuses a URL with spaces
url-warning-sent-raw = curl sends these as typed, without percent-encoding: { $characters }
url-warning-encoded-dots = %2e in a path is a dot to a browser; curl sends it as it is
url-warning-scheme-guess = without a scheme curl goes by the host name and uses { $scheme }
url-warning-glob = curl takes {"{"}…{"}"} and […] for a list of URLs; curl -g reads them as jaunt does

# -v: breaches that the URL standard tolerates
url-violation = tolerated by the URL standard: { $what }{ $times ->
    [one] {""}
   *[other] {" "}({ $times } times)
}
url-violation-backslash = a backslash
url-violation-space-ignored = spaces around the URL
url-violation-embedded-credentials = credentials in a URL
url-violation-expected-double-slash = something other than // after the scheme
url-violation-expected-file-double-slash = no // after file:
url-violation-file-with-host-and-drive = a host and a drive letter
url-violation-non-url-code-point = a character that no URL has
url-violation-null-in-fragment = a NUL in the fragment
url-violation-percent-decode = a % without two hex digits
url-violation-tab-or-newline-ignored = a tab or a line end
url-violation-unencoded-at-sign = an @ in user name or password
url-violation-other = an oddity

# failures
url-empty = the URL is empty
url-control = the URL holds a control character, { $character }, at byte { $position }
url-unsupported = the scheme { $scheme } is not one that jaunt fetches
url-unsupported-ftp = { $scheme }: names a file on an FTP server, and jaunt does not speak FTP
url-unsupported-mailto = mailto: names a person to write to; there is nothing to fetch
url-unsupported-news = { $scheme }: names a newsgroup or an article, and jaunt does not speak NNTP
url-unsupported-ws = { $scheme }: names a WebSocket, which jaunt does not open
url-unsupported-javascript = javascript: holds a program for a browser; there is nothing to fetch
url-no-host = the URL names no host
url-host-character = a host name cannot hold { $character } (byte { $position } of the URL)
url-host-character-encoded = a host name cannot hold { $character }, percent-encoded or not
url-host-name = { $host } (byte { $position } of the URL) is no host name by the rules of IDNA
url-host-ipv4 = { $host } (byte { $position } of the URL) ends in a number and is no IPv4 address
url-host-ipv6 = { $host } (byte { $position } of the URL) is no IPv6 address in brackets
url-label-empty = the host name has nothing between two of its dots: DNS holds no such name
url-label-long = { $label } in the host name has { $length } bytes; DNS holds 63 between two dots
url-name-long = the host name has { $length } bytes; DNS holds 253
url-port = port { $port } (byte { $position } of the URL) is no number from 0 to 65535
url-port-hidden = what follows the colon at byte { $position } of the URL is no port
url-credentials-control = the user information of the URL holds a control character, { $character }
url-file-host = file: on { $host }: jaunt reads files of this machine only
url-file-nul = the path of the file: URL holds a NUL, which no file name can
url-too-long = the URL has more than 4 GB
url-no-file-name = the URL ends in a slash and gives no file name for -O
url-redirect-control = the server sent a URL with a control character, { $character }, at byte { $position }
url-redirect-scheme = the server leads to { $scheme }:, and only http and https are followed
url-redirect-malformed = the server sent a URL that is none: { $fault }

url-hint-form = a URL looks like http://host/path
url-hint-control = type the URL again; if the character is meant, percent-encode it
url-hint-ftp = curl speaks FTP
url-hint-mailto = a mail program opens it
url-hint-schemes = jaunt fetches http, https, file and data
url-hint-host = host names have letters, digits, hyphens and dots
url-hint-ipv4 = an IPv4 address has four numbers from 0 to 255: 192.0.2.1
url-hint-ipv6 = an IPv6 address looks like [2001:db8::1]; a zone (%eth0) has no place in a URL
url-hint-label = look for a dot too many, or one that is missing
url-hint-port = the port stands after the host, before the path: http://host:8080/path
url-cause-password = a password with / ? or # in it ends the host too early
url-hint-password = write / as %2F, ? as %3F, # as %23, or give the credentials with -u
url-hint-file = file:///path names a file of this machine
url-hint-file-name = -o FILE gives it a name
url-cause-redirect = this is the server's doing
url-hint-redirect = without -L the answer itself is shown
