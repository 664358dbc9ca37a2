"""Who comes in, and by what: links, passkeys, codes, passwords, an issuer. The library allauth does most."""
