"""A frontend for one run: a key, the set that the gateway trusts, and logins signed with it."""

import base64
import json
import subprocess
import time

# As the gateway's configuration has it.
ISSUER = "https://frontend.invalid"
# Longer than anybody lets it run.
LIFETIME = 30 * 86_400


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, stdout=subprocess.PIPE, check=True).stdout


def part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Frontend:
    def __init__(self, key, key_set):
        """Makes the key and publishes its set, which the gateway fetches when the first login comes."""
        self.key = key
        openssl("genrsa", "-out", key, "2048")
        modulus = openssl("rsa", "-in", key, "-noout", "-modulus").decode().strip().removeprefix("Modulus=")
        published = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "fuzz", "e": "AQAB"}
        with open(key_set, "w", encoding="utf-8") as file:
            json.dump({"keys": [published | {"n": part(bytes.fromhex(modulus))}]}, file)

    def owner(self, organization):
        """The login of an organization's owner."""
        head = {"alg": "RS256", "kid": "fuzz"}
        claims = {
            "iss": ISSUER,
            "aud": ISSUER,
            "sub": "owner",
            "exp": int(time.time()) + LIFETIME,
            "activeOrganizationId": organization,
            "orgRole": "owner",
        }
        signed = ".".join(part(json.dumps(one).encode()) for one in (head, claims))
        return f"{signed}.{part(openssl('dgst', '-sha256', '-sign', self.key, given=signed.encode()))}"
