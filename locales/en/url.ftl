url-unsupported = the scheme { $scheme } is not one that jaunt fetches
