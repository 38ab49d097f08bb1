"""Why a secret can be guessed: pure rules.

They find what everybody knows or tries first, and nothing else, because some secrets are given by others: a courier's
short token is named by `doctor`, and not refused. A secret that was made by chance passes.
"""

from collections.abc import Collection

FEWEST_CHARACTERS = 4
"""Different characters. Chance hardly ever makes a secret of fewer."""
LONGEST_REPEATED = 4
"""Characters of a text that makes no secret when it is repeated."""
SHORTEST_ROW = 3
"""Characters of a row: `123`, `abc`, `qwe`."""
ROW, KNOWN, NAME = "it is a row of characters", "everybody knows it", "it is a name of the settings"
"""Why a secret can be guessed."""
PLACEHOLDER = "it is a placeholder of our pages"
"""Why a secret can be guessed that nobody has written yet."""

_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")
_LOOKALIKES = str.maketrans("013457@$", "oieastas")
"""The letters for which people write these characters: `p4ssw0rd`."""
_TRIED_FIRST = """
password passwords passwort passphrase mypassword yourpassword newpassword secret secrets mysecret yoursecret topsecret
secretkey mysecretkey yoursecretkey supersecret verysecret testsecret defaultsecret sharedsecret clientsecret
webhooksecret yourwebhooksecret mywebhooksecret hmacsecretkey yourhmacsecret apikey myapikey yourapikey yourtoken
mytoken accesstoken changeme changethis changeit pleasechange replaceme replacethis placeholder insertsecrethere
yoursecrethere example default testtest testing trustno sunshine princess football baseball iloveyou superman starwars
letmein welcome whatever computer internet administrator admin guest qwerty dragon master monkey shadow redacted unknown
"""
"""What those who guess try first, and what stands where nobody has written a secret yet."""
_PUBLISHED = """
whsectest
itsasecrettoeverybody
mfkq9r8gkyqrtwjupd8ilpzio2lalasw whsecmfkq9r8gkyqrtwjupd8ilpzio2lalasw
"""
"""Our own test vector, and the examples of GitHub's page on webhooks and of https://www.standardwebhooks.com."""
_ON_OUR_PAGES = """
thesecretthatsignscallstotheapi thesecretthatsignstheplatformswebhooks thesecretkeyofyourwebhookatoto
itsauthorizationkey thekeythatcekatshowsyou anotheroneforthecourierinjakarta asecretofatleast8bytes
atokenof16charactersormore sixteencharactersormore atokenthatyouchoose thesecret thesigningsecret theagreedkey thenewkey
theoldkey thewebhooksecret thesecretofthewebhook theauthorizationvalue theauthorizationkey thesignaturesecret
thevalueoftheheader thesecretkey theapikey theclientkey thesecretthatwegaveyou
"""
"""The placeholders of our pages: a test reads the pages."""
_KNOWN = frozenset((_TRIED_FIRST + _PUBLISHED).split())
_PLACEHOLDERS = frozenset(_ON_OUR_PAGES.split())
_DOTS = "…. "


def why_guessable(secret: str) -> str:
    """Return why *secret* can be guessed, in words that do not have it; empty if no rule finds a reason."""
    words = _words(secret)
    if (secret and not secret.strip(_DOTS)) or words & _PLACEHOLDERS:
        return PLACEHOLDER
    if len(set(secret)) < FEWEST_CHARACTERS:
        return f"it has fewer than {FEWEST_CHARACTERS} different characters"
    if _is_repeated(secret):
        return "it repeats a few characters"
    if _consists_of_rows(_letters(secret)):
        return ROW
    return KNOWN if words & _KNOWN else ""


def is_name(secret: str, names: Collection[str]) -> bool:
    """Tell whether *secret* is one of *names*, which stand beside it, such as the name of its source."""
    return not _words(secret).isdisjoint(map(_letters, names))


def _words(secret: str) -> set[str]:
    """Return the words that *secret* may be: what people add to a word, or write for its letters, makes no secret."""
    bare = secret.casefold().rstrip("0123456789!?.")
    return {_letters(secret), _letters(bare), _letters(bare.translate(_LOOKALIKES))} - {""}


def _letters(text: str) -> str:
    """Return only the letters and digits of *text*, in lower case."""
    return "".join(filter(str.isalnum, text.casefold()))


def _is_repeated(secret: str) -> bool:
    """Tell whether *secret* is a short text again and again: then it is found in two of itself before the second."""
    period = (secret + secret).find(secret, 1)
    return period < len(secret) and period <= LONGEST_REPEATED


def _consists_of_rows(letters: str) -> bool:
    """Tell whether *letters* are nothing but rows, forward or backward: `12345678`, `abc321`, `qwertyuiop`."""
    if not letters:
        return False
    while letters:
        length = _row(letters)
        if length < SHORTEST_ROW:
            return False
        letters = letters[length:]
    return True


def _row(letters: str) -> int:
    """Return the length of the longest row with which *letters* begin."""
    lines = [line for row in _ROWS for line in (row, row[::-1])]
    return next(n for n in range(len(letters), -1, -1) if any(letters[:n] in line for line in lines))
