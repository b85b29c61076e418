# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_jaunt_global_optspecs
    string join \n until= v/verbose s/silent S/show-error events= w/write-out= color= plain show-secrets lang= generate= url= X/request= d/data= data-binary= data-raw= data-urlencode= json= G/get H/header= A/user-agent= e/referer= u/user= b/cookie= I/head r/range= C/continue-at= 0/http1.0 http1.1 compressed o/output= O/remote-name remote-name-all output-dir= create-dirs i/include f/fail max-filesize= L/location max-redirs= location-trusted post301 post302 post303 resolver= dns-servers= root-hints= dns-type= resolve= 4/ipv4 6/ipv6 connect-to= connect-timeout= m/max-time= k/insecure cacert= E/cert= key= images no-images save-images= clobber parallel-max= sequential viewport= frames preview max-images= no-silent no-show-error no-plain no-show-secrets no-get no-head no-http1.0 no-http1.1 no-compressed no-remote-name-all no-create-dirs no-include no-fail no-location no-location-trusted no-post301 no-post302 no-post303 no-ipv4 no-ipv6 no-insecure no-clobber no-sequential no-frames no-preview h/help V/version
end

function __fish_jaunt_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_jaunt_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_jaunt_using_subcommand
    set -l cmd (__fish_jaunt_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c jaunt -n "__fish_jaunt_needs_command" -l until -d 'Stop after a stage: url, message, dns, connect, tls, response, images' -r -f -a "url\t''
message\t''
dns\t''
connect\t''
tls\t''
response\t''
images\t''"
complete -c jaunt -n "__fish_jaunt_needs_command" -l events -d 'Write all events as JSON, one a line (- is stdout)' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -s w -l write-out -d 'Write this after each URL: text, %{variables}, @FILE' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l color -d 'Colours: auto, always, never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c jaunt -n "__fish_jaunt_needs_command" -l lang -d 'Language of the narration: en' -r -f -a "en\t''"
complete -c jaunt -n "__fish_jaunt_needs_command" -l generate -d 'Write completions or the manual page to stdout: complete-bash, complete-zsh, complete-fish, complete-powershell, complete-elvish, complete-nushell, man' -r -f -a "complete-bash\t''
complete-zsh\t''
complete-fish\t''
complete-powershell\t''
complete-elvish\t''
complete-nushell\t''
man\t''"
complete -c jaunt -n "__fish_jaunt_needs_command" -l url -d 'One more URL' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s X -l request -d 'The method' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s d -l data -l data-ascii -d 'Send this as a form; @FILE, @- for stdin' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l data-binary -d 'Like -d, but @FILE is sent byte for byte' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l data-raw -d 'Like -d, but @ means nothing' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l data-urlencode -d 'Like -d, percent-encoded: text, name=text, name@FILE' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l json -d 'Send JSON: -d and the two headers for it' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s H -l header -d 'A header: \'Name: value\', \'Name:\' removes it, \'Name;\' sends it empty, @FILE' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s A -l user-agent -d 'User-Agent; \'\' sends none' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s e -l referer -d 'Referer; \';auto\' sends it after redirects' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s u -l user -d 'Credentials; without a password jaunt asks for it' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s b -l cookie -d 'Cookies: name=value, or a file of them' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s r -l range -d 'Ask for these bytes: 0-499, 500-, -200' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s C -l continue-at -d 'Fetch what is missing: from this byte on, or after what the file holds (-)' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s o -l output -d 'The content goes to FILE (- is stdout, even binary to a terminal); once a URL' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -l output-dir -d 'Files of -o and -O go there' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -l max-filesize -d 'More content than this is a failure (63); k, M, G' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l max-redirs -d 'Follow at most so many [default: 50]; -1 is no limit' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l resolver -d 'Who finds addresses: stub, system, compare, iterative' -r -f -a "stub\t''
system\t''
compare\t''
iterative\t''"
complete -c jaunt -n "__fish_jaunt_needs_command" -l dns-servers -l dns-server -d 'Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l root-hints -d 'Root servers for --resolver iterative' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -l dns-type -d 'Ask for these records too: MX,TXT,NS,…' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l resolve -d 'For host H, port P that address: no DNS' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l connect-to -d 'Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l connect-timeout -d 'Seconds until connected, TLS included' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s m -l max-time -d 'Seconds for each URL in all' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l cacert -d 'Trust these roots and no others (PEM)' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -s E -l cert -d 'Client certificate (PEM)' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -l key -d 'Its private key (PEM), unless it is in the same file' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -l save-images -d 'Fetch them and keep them there, with an index.json' -r -F
complete -c jaunt -n "__fish_jaunt_needs_command" -l parallel-max -d 'Connections at once, in all [default: 32]' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l viewport -d 'The window that srcset and media queries see [default: 1280x720]' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -l max-images -d 'Look at most at so many references [default: 100000]' -r
complete -c jaunt -n "__fish_jaunt_needs_command" -s v -l verbose -d 'Tell more; -vv adds hex dumps'
complete -c jaunt -n "__fish_jaunt_needs_command" -s s -l silent -d 'No narration and no error messages'
complete -c jaunt -n "__fish_jaunt_needs_command" -s S -l show-error -d 'With -s, error messages all the same'
complete -c jaunt -n "__fish_jaunt_needs_command" -l plain -d 'No drawing characters, nothing redrawn'
complete -c jaunt -n "__fish_jaunt_needs_command" -l show-secrets -d 'Passwords, cookies and tokens are shown, not masked'
complete -c jaunt -n "__fish_jaunt_needs_command" -s G -l get -d 'What -d gives goes into the URL\'s query'
complete -c jaunt -n "__fish_jaunt_needs_command" -s I -l head -d 'Ask for the head only'
complete -c jaunt -n "__fish_jaunt_needs_command" -s 0 -l http1.0 -d 'HTTP/1.0'
complete -c jaunt -n "__fish_jaunt_needs_command" -l http1.1 -d 'HTTP/1.1 (the default)'
complete -c jaunt -n "__fish_jaunt_needs_command" -l compressed -d 'Offer compression (the default; --no-compressed offers none)'
complete -c jaunt -n "__fish_jaunt_needs_command" -s O -l remote-name -d 'The content goes to a file named as in the URL; once a URL'
complete -c jaunt -n "__fish_jaunt_needs_command" -l remote-name-all -d '-O for every URL'
complete -c jaunt -n "__fish_jaunt_needs_command" -l create-dirs -d 'Folders that -o names are made'
complete -c jaunt -n "__fish_jaunt_needs_command" -s i -l include -d 'The response\'s head goes before its content'
complete -c jaunt -n "__fish_jaunt_needs_command" -s f -l fail -d 'A status of 400 or more is a failure (22)'
complete -c jaunt -n "__fish_jaunt_needs_command" -s L -l location -d 'Follow redirects'
complete -c jaunt -n "__fish_jaunt_needs_command" -l location-trusted -d 'Follow, and give credentials to other hosts too'
complete -c jaunt -n "__fish_jaunt_needs_command" -l post301 -d 'POST stays POST after 301'
complete -c jaunt -n "__fish_jaunt_needs_command" -l post302 -d 'POST stays POST after 302'
complete -c jaunt -n "__fish_jaunt_needs_command" -l post303 -d 'POST stays POST after 303'
complete -c jaunt -n "__fish_jaunt_needs_command" -s 4 -l ipv4 -d 'IPv4 addresses only'
complete -c jaunt -n "__fish_jaunt_needs_command" -s 6 -l ipv6 -d 'IPv6 addresses only'
complete -c jaunt -n "__fish_jaunt_needs_command" -s k -l insecure -d 'Certificates are shown, not checked'
complete -c jaunt -n "__fish_jaunt_needs_command" -l images -d 'Fetch the page\'s images (the default when one URL is narrated)'
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-images -d 'Do not'
complete -c jaunt -n "__fish_jaunt_needs_command" -l clobber -d 'Files of the same name are replaced'
complete -c jaunt -n "__fish_jaunt_needs_command" -l sequential -d 'One request at a time, in the page\'s order'
complete -c jaunt -n "__fish_jaunt_needs_command" -l frames -d 'Images of the pages in iframes too'
complete -c jaunt -n "__fish_jaunt_needs_command" -l preview -d 'Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel'
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-silent
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-show-error
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-plain
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-show-secrets
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-get
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-head
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-http1.0
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-http1.1
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-compressed
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-remote-name-all
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-create-dirs
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-include
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-fail
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-location
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-location-trusted
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-post301
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-post302
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-post303
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-ipv4
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-ipv6
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-insecure
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-clobber
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-sequential
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-frames
complete -c jaunt -n "__fish_jaunt_needs_command" -l no-preview
complete -c jaunt -n "__fish_jaunt_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c jaunt -n "__fish_jaunt_needs_command" -s V -l version -d 'Print version'
complete -c jaunt -n "__fish_jaunt_needs_command" -a "demo" -d 'The same journey inside a little internet on loopback: no network needed'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l break -d 'Something in that internet is broken: dns-nxdomain, dns-nodata, dns-servfail, dns-refused, dns-lame, dns-timeout, dns-truncated, dns-cname-loop, dns-missing-glue, dns-dead-first-server, dns-spoofed-id, connect-refused, connect-timeout, tls-expired, tls-wrong-name, tls-self-signed, tls-unknown-root, tls-plain, response-short, response-reset, response-empty, response-garbage, response-stall' -r -f -a "dns-nxdomain\t''
dns-nodata\t''
dns-servfail\t''
dns-refused\t''
dns-lame\t''
dns-timeout\t''
dns-truncated\t''
dns-cname-loop\t''
dns-missing-glue\t''
dns-dead-first-server\t''
dns-spoofed-id\t''
connect-refused\t''
connect-timeout\t''
tls-expired\t''
tls-wrong-name\t''
tls-self-signed\t''
tls-unknown-root\t''
tls-plain\t''
response-short\t''
response-reset\t''
response-empty\t''
response-garbage\t''
response-stall\t''"
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l until -d 'Stop after a stage: url, message, dns, connect, tls, response, images' -r -f -a "url\t''
message\t''
dns\t''
connect\t''
tls\t''
response\t''
images\t''"
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l events -d 'Write all events as JSON, one a line (- is stdout)' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s w -l write-out -d 'Write this after each URL: text, %{variables}, @FILE' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l color -d 'Colours: auto, always, never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l lang -d 'Language of the narration: en' -r -f -a "en\t''"
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l generate -d 'Write completions or the manual page to stdout: complete-bash, complete-zsh, complete-fish, complete-powershell, complete-elvish, complete-nushell, man' -r -f -a "complete-bash\t''
complete-zsh\t''
complete-fish\t''
complete-powershell\t''
complete-elvish\t''
complete-nushell\t''
man\t''"
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l url -d 'One more URL' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s X -l request -d 'The method' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s d -l data -l data-ascii -d 'Send this as a form; @FILE, @- for stdin' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l data-binary -d 'Like -d, but @FILE is sent byte for byte' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l data-raw -d 'Like -d, but @ means nothing' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l data-urlencode -d 'Like -d, percent-encoded: text, name=text, name@FILE' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l json -d 'Send JSON: -d and the two headers for it' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s H -l header -d 'A header: \'Name: value\', \'Name:\' removes it, \'Name;\' sends it empty, @FILE' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s A -l user-agent -d 'User-Agent; \'\' sends none' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s e -l referer -d 'Referer; \';auto\' sends it after redirects' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s u -l user -d 'Credentials; without a password jaunt asks for it' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s b -l cookie -d 'Cookies: name=value, or a file of them' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s r -l range -d 'Ask for these bytes: 0-499, 500-, -200' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s C -l continue-at -d 'Fetch what is missing: from this byte on, or after what the file holds (-)' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s o -l output -d 'The content goes to FILE (- is stdout, even binary to a terminal); once a URL' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l output-dir -d 'Files of -o and -O go there' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l max-filesize -d 'More content than this is a failure (63); k, M, G' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l max-redirs -d 'Follow at most so many [default: 50]; -1 is no limit' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l resolver -d 'Who finds addresses: stub, system, compare, iterative' -r -f -a "stub\t''
system\t''
compare\t''
iterative\t''"
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l dns-servers -l dns-server -d 'Ask these servers: ADDR[:PORT], tls://ADDR[#NAME], https://…' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l root-hints -d 'Root servers for --resolver iterative' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l dns-type -d 'Ask for these records too: MX,TXT,NS,…' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l resolve -d 'For host H, port P that address: no DNS' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l connect-to -d 'Connect to host H2, port P2 instead of H1, P1; an empty one is any or the same' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l connect-timeout -d 'Seconds until connected, TLS included' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s m -l max-time -d 'Seconds for each URL in all' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l cacert -d 'Trust these roots and no others (PEM)' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s E -l cert -d 'Client certificate (PEM)' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l key -d 'Its private key (PEM), unless it is in the same file' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l save-images -d 'Fetch them and keep them there, with an index.json' -r -F
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l parallel-max -d 'Connections at once, in all [default: 32]' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l viewport -d 'The window that srcset and media queries see [default: 1280x720]' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l max-images -d 'Look at most at so many references [default: 100000]' -r
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s v -l verbose -d 'Tell more; -vv adds hex dumps'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s s -l silent -d 'No narration and no error messages'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s S -l show-error -d 'With -s, error messages all the same'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l plain -d 'No drawing characters, nothing redrawn'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l show-secrets -d 'Passwords, cookies and tokens are shown, not masked'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s G -l get -d 'What -d gives goes into the URL\'s query'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s I -l head -d 'Ask for the head only'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s 0 -l http1.0 -d 'HTTP/1.0'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l http1.1 -d 'HTTP/1.1 (the default)'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l compressed -d 'Offer compression (the default; --no-compressed offers none)'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s O -l remote-name -d 'The content goes to a file named as in the URL; once a URL'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l remote-name-all -d '-O for every URL'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l create-dirs -d 'Folders that -o names are made'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s i -l include -d 'The response\'s head goes before its content'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s f -l fail -d 'A status of 400 or more is a failure (22)'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s L -l location -d 'Follow redirects'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l location-trusted -d 'Follow, and give credentials to other hosts too'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l post301 -d 'POST stays POST after 301'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l post302 -d 'POST stays POST after 302'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l post303 -d 'POST stays POST after 303'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s 4 -l ipv4 -d 'IPv4 addresses only'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s 6 -l ipv6 -d 'IPv6 addresses only'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s k -l insecure -d 'Certificates are shown, not checked'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l images -d 'Fetch the page\'s images (the default when one URL is narrated)'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-images -d 'Do not'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l clobber -d 'Files of the same name are replaced'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l sequential -d 'One request at a time, in the page\'s order'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l frames -d 'Images of the pages in iframes too'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l preview -d 'Show the pictures themselves on a terminal that can: kitty, iTerm2, sixel'
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-silent
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-show-error
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-plain
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-show-secrets
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-get
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-head
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-http1.0
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-http1.1
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-compressed
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-remote-name-all
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-create-dirs
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-include
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-fail
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-location
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-location-trusted
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-post301
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-post302
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-post303
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-ipv4
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-ipv6
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-insecure
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-clobber
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-sequential
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-frames
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -l no-preview
complete -c jaunt -n "__fish_jaunt_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
