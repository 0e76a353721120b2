"""Which device a User-Agent names, for devices that send no profile.

Two sorts of evidence. An operator states patterns, a glob or the beginning of a User-Agent. And every profile gives names by
itself: what the vendor writes in front of the model in a User-Agent is a row of `FORMS`, the rest is what the profile states. A
name is a run of words, and is found in a User-Agent that has these words in a row: `SAMSUNG-SGH-E700/BSI2.0 UP.Browser/6.1` holds
`samsung sgh e700`. Case and separators do not count, because vendors vary them; whole words do, so that `MOT-V3i` is no `MOT-V3`.

The longest evidence wins. Vendor and model are taken from the resolved profile alone; nothing is guessed from the URI.
"""

from __future__ import annotations

import re
from fnmatch import translate
from types import MappingProxyType

from ccpp.errors import UsageError

#: Characters of a User-Agent; real ones stay under 300, servers refuse header fields from 8 KiB.
MAX_AGENT = 4_096
#: Words of a name; `ONE TOUCH 991 Orange` behind its vendor is five.
MAX_WORDS = 8

_WORD = re.compile(r"[^\W_]+")
_ANDROID = "{model} Build"

#: The first words of a vendor's name → how its User-Agents write a model. `{joined}` is the model without separators.
FORMS: MappingProxyType[str, tuple[str, ...]] = MappingProxyType(
    {
        "acer": ("Acer {model}", _ANDROID),
        "alcatel": ("Alcatel-{model}", "Alcatel_{joined}", _ANDROID),
        "asustek": ("ASUS {model}", _ANDROID),
        "benq siemens": ("SIE-{model}", "BenQ-Siemens-{model}"),
        "blackberry": ("BlackBerry{model}", "BlackBerry {model}"),
        "ericsson": ("Ericsson{model}",),
        "high tech computer": ("HTC-{model}", _ANDROID),
        "honor": ("HONOR {model}", _ANDROID),
        "htc": ("HTC-{model}", _ANDROID),
        "huawei": ("HUAWEI-{model}", _ANDROID),
        "lenovo": ("Lenovo-{model}", _ANDROID),
        "lg": ("LG-{model}", "LG{joined}", _ANDROID),
        "lge": ("LG-{model}", "LGE-{model}", _ANDROID),
        "mot": ("MOT-{model}",),
        "motorola": ("MOT-{model}", "Motorola-{model}", _ANDROID),
        "nec": ("NEC-{model}",),
        "nokia": ("Nokia{model}", "Nokia {model}"),
        "panasonic": ("Panasonic-{model}",),
        "pantech": ("PANTECH-{model}", "Pantech{model}", _ANDROID),
        "philips": ("PHILIPS{joined}", "Philips-{model}"),
        "research in motion": ("BlackBerry{model}", "BlackBerry {model}"),
        "rim": ("BlackBerry{model}", "BlackBerry {model}"),
        "sagem": ("SAGEM-{model}",),
        "samsung": ("SAMSUNG-{model}", "SEC-{joined}", _ANDROID),
        "sharp": ("SHARP-{model}",),
        "siemens": ("SIE-{model}",),
        "sony": ("Sony{model}", "SonyEricsson{model}", _ANDROID),
        "sony ericsson": ("SonyEricsson{model}", _ANDROID),
        "sonyericsson": ("SonyEricsson{model}", _ANDROID),
        "toshiba": ("TOSHIBA-{model}",),
        "vertu": ("Vertu{model}",),
        "zte": ("ZTE-{model}", _ANDROID),
    }
)
#: For vendors without a row.
_OTHERS = ("{vendor} {model}", _ANDROID)

#: What a vendor writes into the model that its User-Agents leave out or leave out at times: dropped one after the other.
#: Software versions (`LG/P500/V1.0`, `LG-KE970/v10e`); for Nokia the N before the four digits of a model (`N6700c-1`), and the digit
#: of the regional variant (`N95-1`, `206.1`).
_DROPPED: MappingProxyType[str, tuple[re.Pattern[str], ...]] = MappingProxyType(
    {
        "lg": (re.compile(r"/v?[0-9][^/]*$", re.IGNORECASE),),
        "lge": (re.compile(r"/v?[0-9][^/]*$", re.IGNORECASE),),
        "nokia": (re.compile(r"^N(?=[0-9]{4})"), re.compile(r"[-.][0-9]$")),
    }
)


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case: its runs of letters and digits."""
    return tuple(_WORD.findall(text.casefold()))


def names(vendor: str | None, model: str | None) -> tuple[str, ...]:
    """What User-Agents call a device, sorted; none where the profile does not state vendor and model."""
    if not vendor or not model:
        return ()
    row = _row(vendor)
    models = [model]
    for pattern in _DROPPED.get(row, ()):
        models.append(pattern.sub("", models[-1]))
    filled = (words(_filled(form, vendor, one)) for one in models for form in FORMS.get(row, _OTHERS))
    return tuple(sorted({" ".join(name) for name in filled if 0 < len(name) <= MAX_WORDS}))


def _row(vendor: str) -> str:
    """The row of `FORMS` with the most of the vendor's first words."""
    written = words(vendor)
    starts = (" ".join(written[:count]) for count in range(len(written), 0, -1))
    return next((start for start in starts if start in FORMS), "")


def _filled(form: str, vendor: str, model: str) -> str:
    """The form with the model in it, less what the form says already: `HTC-` and `HTC Desire` make `HTC-Desire`."""
    prefix = form.partition("{")[0] or ("" if form == _ANDROID else f"{vendor} ")
    stem = prefix.rstrip(" -")
    if stem:
        # What the form glues to the model may be glued to it there too, but `MOT-` is no beginning of `MOTOZ9`.
        between = "[ _/-]?" if stem == prefix else "[ _/-]"
        model = re.sub(f"^{re.escape(stem)}{between}", "", model, flags=re.IGNORECASE)
    return form.format(vendor=vendor, model=model, joined="".join(words(model))) if words(model) else ""


def runs(agent: str) -> dict[str, None]:
    """Every run of up to `MAX_WORDS` words of a User-Agent: the names that it can hold.

    Raises:
        UsageError: it is longer than `MAX_AGENT`.
    """
    if len(agent) > MAX_AGENT:
        raise UsageError(f"a user agent of {len(agent)} characters, more than {MAX_AGENT}")
    found = words(agent)
    return {
        " ".join(found[start:end]): None
        for start in range(len(found))
        for end in range(start + 1, min(start + MAX_WORDS, len(found)) + 1)
    }


def weight(pattern: str) -> int:
    """How much a pattern says: its characters that stand for themselves."""
    return sum(character not in "*?" for character in pattern)


def holds(pattern: str, agent: str) -> bool:
    """Whether a User-Agent is as a pattern says: matches it whole if it has `*` or `?`, else begins with it; case does not count."""
    folded, agent = pattern.casefold(), agent.casefold()
    if not set(folded) & {"*", "?"}:
        return agent.startswith(folded)
    # A bracket stands for itself: `[en]` is part of User-Agents.
    return re.match(translate(folded.replace("[", "[[]")), agent) is not None
