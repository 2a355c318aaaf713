"""The countries that a site may be limited to."""

from collections.abc import Sequence

from aws_cdk import Token

_ISO_3166 = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR "
    "BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ "
    "EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW "
    "GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY "
    "KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV "
    "MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY "
    "QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG "
    "TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA "
    "ZM ZW"
)
"""ISO 3166-1 alpha-2, and XK, by which the world knows Kosovo."""

_CODES = frozenset(_ISO_3166.split())

_HINTS = {"UK": "GB", "EL": "GR"}


def check_countries(what: str, codes: Sequence[str]) -> tuple[str, ...]:
    """Country codes in capitals.

    Args:
        what: What they were given as, for the message.
        codes: The codes, as in ``["de", "AT"]``.

    Raises:
        ValueError: If there is none, or one is no code of ISO 3166-1 alpha-2.
    """
    if isinstance(codes, str):
        raise ValueError(f"{what} is the string {codes!r}; give a list of country codes")  # noqa: TRY004  # as the other mistakes in a value
    if not codes:
        raise ValueError(f"{what} is empty; give country codes, or leave it out")
    return tuple(_check(what, code) for code in codes)


def _check(what: str, code: str) -> str:
    if Token.is_unresolved(code):
        return code
    upper = code.upper()
    if upper not in _CODES:
        hint = _HINTS.get(upper)
        raise ValueError(
            f"{what} names {code!r}, which is no country code of ISO 3166-1 (two letters)"
            + (f"; did you mean {hint!r}?" if hint else ", such as 'DE'")
        )
    return upper
