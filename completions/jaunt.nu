module completions {

  def "nu-complete jaunt until" [] {
    [ "url" "message" "dns" "connect" "tls" "response" "images" ]
  }

  def "nu-complete jaunt color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jaunt lang" [] {
    [ "en" ]
  }

  def "nu-complete jaunt generate" [] {
    [ "complete-bash" "complete-zsh" "complete-fish" "complete-powershell" "complete-elvish" "complete-nushell" "man" ]
  }

  def "nu-complete jaunt resolver" [] {
    [ "stub" "system" "compare" "iterative" ]
  }

  # See a web fetch: every stage of it, as it really happens
  export extern jaunt [
    --until: string@"nu-complete jaunt until" # Stop after a stage: url, message, dns, connect, tls, response, images
    --verbose(-v)             # Tell more; -vv adds hex dumps
    --silent(-s)              # No narration and no error messages
    --show-error(-S)          # With -s, error messages all the same
    --events: path            # Write all events as JSON, one a line (- is stdout)
    --write-out(-w): string   # Write this after each URL: text, %{variables}, @FILE
    --color: string@"nu-complete jaunt color" # Colours: auto, always, never
    --plain                   # No drawing characters, nothing redrawn
    --show-secrets            # Passwords, cookies and tokens are shown, not masked
    --lang: string@"nu-complete jaunt lang" # Language of the narration: en
    --generate: string@"nu-complete jaunt generate" # Write completions or the manual page to stdout: complete-bash, complete-zsh, complete-fish, complete-powershell, complete-elvish, complete-nushell, man
    --url: string             # One more URL
    --request(-X): string     # The method
    --data(-d): string        # Send this as a form; @FILE, @- for stdin
    --data-ascii: string      # Send this as a form; @FILE, @- for stdin
    --data-binary: string     # Like -d, but @FILE is sent byte for byte
    --data-raw: string        # Like -d, but @ means nothing
    --data-urlencode: string  # Like -d, percent-encoded: text, name=text, name@FILE
    --json: string            # Send JSON: -d and the two headers for it
    --get(-G)                 # What -d gives goes into the URL's query
    --header(-H): string      # A header: 'Name: value', 'Name:' removes it, 'Name;' sends it empty, @FILE
    --user-agent(-A): string  # User-Agent; '' sends none
    --referer(-e): string     # Referer; ';auto' sends it after redirects
    --user(-u): string        # Credentials; without a password jaunt asks for it
    --cookie(-b): string      # Cookies: name=value, or a file of them
    --head(-I)                # Ask for the head only
    --range(-r): string       # Ask for these bytes: 0-499, 500-, -200
    --continue-at(-C): string # Fetch what is missing: from this byte on, or after what the file holds (-)
    --http1.0(-0)             # HTTP/1.0
    --http1.1                 # HTTP/1.1 (the default)
    --compressed              # Offer compression (the default; --no-compressed offers none)
    --output(-o): path        # The content goes to FILE (- is stdout, even binary to a terminal); once a URL
    --remote-name(-O)         # The content goes to a file named as in the URL; once a URL
    --remote-name-all         # -O for every URL
    --output-dir: path        # Files of -o and -O go there
    --create-dirs             # Folders that -o names are made
    --include(-i)             # The response's head goes before its content
    --fail(-f)                # A status of 400 or more is a failure (22)
    --max-filesize: string    # More content than this is a failure (63); k, M, G
    --location(-L)            # Follow redirects
    --max-redirs: string      # Follow at most so many [default: 50]; -1 is no limit
    --location-trusted        # Follow, and give credentials to other hosts too
    --post301                 # POST stays POST after 301
    --post302                 # POST stays POST after 302
    --post303                 # POST stays POST after 303
    --resolver: string@"nu-complete jaunt resolver" # Who finds addresses: stub, system, compare, iterative
    --dns-servers: string     # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --dns-server: string      # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --root-hints: path        # Root servers for --resolver iterative
    --dns-type: string        # Ask for these records too: MX,TXT,NS,…
    --resolve: string         # For host H, port P that address: no DNS
    --ipv4(-4)                # IPv4 addresses only
    --ipv6(-6)                # IPv6 addresses only
    --connect-to: string      # Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same
    --connect-timeout: string # Seconds until connected, TLS included
    --max-time(-m): string    # Seconds for each URL in all
    --insecure(-k)            # Certificates are shown, not checked
    --cacert: path            # Trust these roots and no others (PEM)
    --cert(-E): path          # Client certificate (PEM)
    --key: path               # Its private key (PEM), unless it is in the same file
    --images                  # Fetch the page's images (the default when one URL is narrated)
    --no-images               # Do not
    --save-images: path       # Fetch them and keep them there, with an index.json
    --clobber                 # Files of the same name are replaced
    --parallel-max: string    # Connections at once, in all [default: 32]
    --sequential              # One request at a time, in the page's order
    --viewport: string        # The window that srcset and media queries see [default: 1280x720]
    --frames                  # Images of the pages in iframes too
    --preview                 # Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel
    --max-images: string      # Look at most at so many references [default: 100000]
    --no-silent
    --no-show-error
    --no-plain
    --no-show-secrets
    --no-get
    --no-head
    --no-http1.0
    --no-http1.1
    --no-compressed
    --no-remote-name-all
    --no-create-dirs
    --no-include
    --no-fail
    --no-location
    --no-location-trusted
    --no-post301
    --no-post302
    --no-post303
    --no-ipv4
    --no-ipv6
    --no-insecure
    --no-clobber
    --no-sequential
    --no-frames
    --no-preview
    --help(-h)                # Print help (see more with '--help')
    --version(-V)             # Print version
    ...URL: string            # What to fetch; http:// may be left out
  ]

  def "nu-complete jaunt demo break" [] {
    [ "dns-nxdomain" "dns-nodata" "dns-servfail" "dns-refused" "dns-lame" "dns-timeout" "dns-truncated" "dns-cname-loop" "dns-missing-glue" "dns-dead-first-server" "dns-spoofed-id" "connect-refused" "connect-timeout" "tls-expired" "tls-wrong-name" "tls-self-signed" "tls-unknown-root" "tls-plain" "response-short" "response-reset" "response-empty" "response-garbage" "response-stall" ]
  }

  def "nu-complete jaunt demo until" [] {
    [ "url" "message" "dns" "connect" "tls" "response" "images" ]
  }

  def "nu-complete jaunt demo color" [] {
    [ "auto" "always" "never" ]
  }

  def "nu-complete jaunt demo lang" [] {
    [ "en" ]
  }

  def "nu-complete jaunt demo generate" [] {
    [ "complete-bash" "complete-zsh" "complete-fish" "complete-powershell" "complete-elvish" "complete-nushell" "man" ]
  }

  def "nu-complete jaunt demo resolver" [] {
    [ "stub" "system" "compare" "iterative" ]
  }

  # The same journey inside a little internet on loopback: no network needed
  export extern "jaunt demo" [
    --break: string@"nu-complete jaunt demo break" # Something in that internet is broken: dns-nxdomain, dns-nodata, dns-servfail, dns-refused, dns-lame, dns-timeout, dns-truncated, dns-cname-loop, dns-missing-glue, dns-dead-first-server, dns-spoofed-id, connect-refused, connect-timeout, tls-expired, tls-wrong-name, tls-self-signed, tls-unknown-root, tls-plain, response-short, response-reset, response-empty, response-garbage, response-stall
    --until: string@"nu-complete jaunt demo until" # Stop after a stage: url, message, dns, connect, tls, response, images
    --verbose(-v)             # Tell more; -vv adds hex dumps
    --silent(-s)              # No narration and no error messages
    --show-error(-S)          # With -s, error messages all the same
    --events: path            # Write all events as JSON, one a line (- is stdout)
    --write-out(-w): string   # Write this after each URL: text, %{variables}, @FILE
    --color: string@"nu-complete jaunt demo color" # Colours: auto, always, never
    --plain                   # No drawing characters, nothing redrawn
    --show-secrets            # Passwords, cookies and tokens are shown, not masked
    --lang: string@"nu-complete jaunt demo lang" # Language of the narration: en
    --generate: string@"nu-complete jaunt demo generate" # Write completions or the manual page to stdout: complete-bash, complete-zsh, complete-fish, complete-powershell, complete-elvish, complete-nushell, man
    --url: string             # One more URL
    --request(-X): string     # The method
    --data(-d): string        # Send this as a form; @FILE, @- for stdin
    --data-ascii: string      # Send this as a form; @FILE, @- for stdin
    --data-binary: string     # Like -d, but @FILE is sent byte for byte
    --data-raw: string        # Like -d, but @ means nothing
    --data-urlencode: string  # Like -d, percent-encoded: text, name=text, name@FILE
    --json: string            # Send JSON: -d and the two headers for it
    --get(-G)                 # What -d gives goes into the URL's query
    --header(-H): string      # A header: 'Name: value', 'Name:' removes it, 'Name;' sends it empty, @FILE
    --user-agent(-A): string  # User-Agent; '' sends none
    --referer(-e): string     # Referer; ';auto' sends it after redirects
    --user(-u): string        # Credentials; without a password jaunt asks for it
    --cookie(-b): string      # Cookies: name=value, or a file of them
    --head(-I)                # Ask for the head only
    --range(-r): string       # Ask for these bytes: 0-499, 500-, -200
    --continue-at(-C): string # Fetch what is missing: from this byte on, or after what the file holds (-)
    --http1.0(-0)             # HTTP/1.0
    --http1.1                 # HTTP/1.1 (the default)
    --compressed              # Offer compression (the default; --no-compressed offers none)
    --output(-o): path        # The content goes to FILE (- is stdout, even binary to a terminal); once a URL
    --remote-name(-O)         # The content goes to a file named as in the URL; once a URL
    --remote-name-all         # -O for every URL
    --output-dir: path        # Files of -o and -O go there
    --create-dirs             # Folders that -o names are made
    --include(-i)             # The response's head goes before its content
    --fail(-f)                # A status of 400 or more is a failure (22)
    --max-filesize: string    # More content than this is a failure (63); k, M, G
    --location(-L)            # Follow redirects
    --max-redirs: string      # Follow at most so many [default: 50]; -1 is no limit
    --location-trusted        # Follow, and give credentials to other hosts too
    --post301                 # POST stays POST after 301
    --post302                 # POST stays POST after 302
    --post303                 # POST stays POST after 303
    --resolver: string@"nu-complete jaunt demo resolver" # Who finds addresses: stub, system, compare, iterative
    --dns-servers: string     # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --dns-server: string      # Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…
    --root-hints: path        # Root servers for --resolver iterative
    --dns-type: string        # Ask for these records too: MX,TXT,NS,…
    --resolve: string         # For host H, port P that address: no DNS
    --ipv4(-4)                # IPv4 addresses only
    --ipv6(-6)                # IPv6 addresses only
    --connect-to: string      # Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same
    --connect-timeout: string # Seconds until connected, TLS included
    --max-time(-m): string    # Seconds for each URL in all
    --insecure(-k)            # Certificates are shown, not checked
    --cacert: path            # Trust these roots and no others (PEM)
    --cert(-E): path          # Client certificate (PEM)
    --key: path               # Its private key (PEM), unless it is in the same file
    --images                  # Fetch the page's images (the default when one URL is narrated)
    --no-images               # Do not
    --save-images: path       # Fetch them and keep them there, with an index.json
    --clobber                 # Files of the same name are replaced
    --parallel-max: string    # Connections at once, in all [default: 32]
    --sequential              # One request at a time, in the page's order
    --viewport: string        # The window that srcset and media queries see [default: 1280x720]
    --frames                  # Images of the pages in iframes too
    --preview                 # Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel
    --max-images: string      # Look at most at so many references [default: 100000]
    --no-silent
    --no-show-error
    --no-plain
    --no-show-secrets
    --no-get
    --no-head
    --no-http1.0
    --no-http1.1
    --no-compressed
    --no-remote-name-all
    --no-create-dirs
    --no-include
    --no-fail
    --no-location
    --no-location-trusted
    --no-post301
    --no-post302
    --no-post303
    --no-ipv4
    --no-ipv6
    --no-insecure
    --no-clobber
    --no-sequential
    --no-frames
    --no-preview
    --help(-h)                # Print help (see more with '--help')
    ...URL: string            # What to fetch there [default: http://www.lab.example/]
  ]

}

export use completions *
