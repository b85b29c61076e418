dns-not-found = { $host } does not exist
