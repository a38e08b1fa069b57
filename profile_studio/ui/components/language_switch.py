"""Links to the page in its other languages."""

from collections.abc import Sequence

from profile_studio.ui.components.markup import escape
from profile_studio.ui.texts import Texts

# The link alone would lose what else the address says, such as the open tab. (`URL` alone is a string in here.)
_KEEP_ADDRESS = (
    "const address = new window.URL(location); address.searchParams.set('lang', this.lang); this.href = address.href"
)


def language_switch(languages: Sequence[Texts], shown: Texts) -> str:
    """A link a language that is not shown, each in its own words."""
    links = "".join(
        f'<a href="?lang={each.language}" lang="{each.language}" hreflang="{each.language}" '
        f'onclick="{escape(_KEEP_ADDRESS)}">{escape(each.language_name)}</a>'
        for each in languages
        if each is not shown
    )
    return f'<nav aria-label="{escape(shown.header.language)}">{links}</nav>'
